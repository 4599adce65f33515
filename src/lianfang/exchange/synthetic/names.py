"""Names put together from common characters.

The lists and their frequencies are assumptions of ours: the order follows what everybody knows of common surnames, the
shares are rounded. Any likeness to a living person is chance.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_FLATTENING: Final = 12.0  # assumption: share ∝ 1 / (rank + 12), the first about seven in a hundred
_GIVEN: Final = {
    # sex, born before 1980: characters
    (True, True): "建国军明文华志强平永海林德保春生福新民东成金玉山庆宝树清忠良义云龙书贵根祥和全学长喜荣",
    (False, True): "秀英兰玉桂梅珍芳淑华霞丽红凤琴云艳敏萍春香爱素荣翠莲霜月娟芬慧芝巧彩金银花菊燕玲娥",
    (True, False): "浩宇轩泽子涵博文俊杰天佑昊然睿晨旭鑫磊鹏飞航凯瑞阳辰奕铭一诺嘉恒致远思源梓豪翔伟超",
    (False, False): "雨欣怡子涵梓萱诗琪佳思雅静婷梦瑶可馨悦彤语嫣若曦依诺晓雪倩颖欢琳璐莹洁菲妍紫晴心",
}
_TWO_CHARACTERS: Final = 0.82  # assumption
_NEW_NAMES_FROM: Final = np.datetime64("1980-01-01")


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


_SURNAME_CODES: Final = _codes(_SURNAMES)
_SHARES: Final = 1 / (np.arange(len(_SURNAMES)) + _FLATTENING)
_CUMULATIVE: Final = np.cumsum(_SHARES) / np.sum(_SHARES)
_GIVEN_CODES: Final = {key: _codes(text) for key, text in _GIVEN.items()}


def surnames(rng: np.random.Generator, count: int) -> npt.NDArray[np.uint32]:
    """Code points of `count` surnames by frequency."""
    rank = np.searchsorted(_CUMULATIVE, rng.random(count), side="right").clip(max=len(_SURNAMES) - 1)
    chosen: npt.NDArray[np.uint32] = _SURNAME_CODES[rank]
    return chosen


def full_names(
    rng: np.random.Generator,
    surname: npt.NDArray[np.uint32],
    male: npt.NDArray[np.bool_],
    birth: npt.NDArray[np.datetime64],
) -> npt.NDArray[np.str_]:
    """Names (U3) of one surname and one or two characters that go with sex and year of birth."""
    letters = np.zeros((surname.size, 3), dtype=np.uint32)
    letters[:, 0] = surname
    old = birth < _NEW_NAMES_FROM
    draw = rng.random((surname.size, 2))
    for (is_male, is_old), codes in _GIVEN_CODES.items():
        chosen = (male == is_male) & (old == is_old)
        letters[chosen, 1:] = codes[(draw[chosen] * codes.size).astype(np.int64)]
    letters[rng.random(surname.size) >= _TWO_CHARACTERS, 2] = 0
    return letters.reshape(-1).view("<U3")
