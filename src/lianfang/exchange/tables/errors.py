# ruff: noqa: E501 - a table of sentences: one line a sentence pair
"""What can be wrong with an office's file: refusals of the file, verdicts on a cell, notes beside a good result.

A refusal ends the reading (status 413 or 422). A verdict concerns one cell or row and names it (422). A note tells what
was done without being asked (200): nothing is corrected or left out in silence.
"""

from __future__ import annotations

from typing import Final

from lianfang.kernel.errors import define

# code, status, Chinese, English
_FILE: Final = [
    (
        "tables.empty_file",
        422,
        "文件是空的（0 字节）。请重新导出后再上传。",
        "The file is empty (0 bytes). Export it again and send it once more.",
    ),
    (
        "tables.too_large",
        413,
        "文件有 {size_mb} MB，超过 {limit_mb} MB 的上限。请按乡镇或村拆分后分别上传。",
        "The file has {size_mb} MB, more than the limit of {limit_mb} MB. Split it by township or village.",
    ),
    (
        "tables.encrypted",
        422,
        "文件有密码保护，无法读取。请在 Excel 中取消密码，另存为 .xlsx 后再上传。",
        "The file is protected by a password. Remove the password in Excel, save as .xlsx and send it again.",
    ),
    (
        "tables.bomb",
        413,
        "文件解压后会膨胀到 {unpacked_mb} MB（{part}），不像正常表格，已拒绝。请用 Excel 重新另存。",
        "Unpacked, the file would grow to {unpacked_mb} MB ({part}), unlike any real table, and is refused. Save it anew in Excel.",
    ),
    (
        "tables.cell_too_large",
        413,
        "{place} 的一个单元格超过 {limit_kb} KB，不像正常数据，文件已拒绝。请清空该单元格后再上传。",
        "One cell at {place} is larger than {limit_kb} KB, unlike real data; the file is refused. Clear that cell and send it again.",
    ),
    (
        "tables.damaged",
        422,
        "文件不完整或已损坏（{detail}）。请用 Excel 打开确认后另存，再上传。",
        "The file is incomplete or damaged ({detail}). Open it in Excel, save it anew and send it again.",
    ),
    (
        "tables.wrong_type",
        422,
        "这不是可读取的表格，而是 {found}。请在 Excel 或 WPS 中另存为 .xlsx 或 .csv。",
        "This is no table that can be read but {found}. Save it as .xlsx or .csv in Excel or WPS.",
    ),
    (
        "tables.encoding_unknown",
        422,
        "无法识别文本编码：第 {byte} 字节既不是 UTF-8 也不是 GB18030。请另存为 .xlsx。",
        "The text encoding is not known: byte {byte} is neither UTF-8 nor GB18030. Save the file as .xlsx.",
    ),
    ("tables.no_rows", 422, "表中没有数据行。", "The table has no rows of data."),
    (
        "tables.not_a_table",
        422,
        "在前 {rows} 行中没有找到表头。需要的列例如：{wanted}。",
        "No header was found in the first {rows} rows. Columns wanted, for example: {wanted}.",
    ),
    (
        "tables.column_missing",
        422,
        "缺少必需的列：{missing}。表中的列：{found}。",
        "A required column is missing: {missing}. Columns in the file: {found}.",
    ),
    (
        "tables.too_many_columns",
        413,
        "表有 {count} 列，超过 {limit} 列的上限。请删除多余的列。",
        "The table has {count} columns, more than the limit of {limit}. Delete the columns not needed.",
    ),
    (
        "tables.too_many_cells",
        413,
        "表的范围到 {last_cell}，共 {count} 个单元格，超过 {limit}。请删除空白区域或拆分文件。",
        "The table reaches to {last_cell}, {count} cells, more than {limit}. Delete the empty area or split the file.",
    ),
    (
        "tables.no_such_sheet",
        422,
        "没有名为“{sheet}”的工作表。文件中有：{found}。",
        "There is no sheet named “{sheet}”. The file has: {found}.",
    ),
    ("tables.mapping_unknown", 422, "列对应关系有误：{detail}。", "The mapping of columns is wrong: {detail}."),
]

_CELL: Final = [
    (
        "tables.digits_lost",
        422,
        "{cell}：证件号码被 Excel 变成数字（{text}），后几位已丢失，无法恢复。请把该列设为文本格式后重新填写。",
        "{cell}: Excel turned the identity number into a number ({text}) and its last digits are lost. Set the column to text and type it again.",
    ),
    (
        "tables.date_unreadable",
        422,
        "{cell}：“{text}”不是有效日期。请写成 2022-03-01 的形式。",
        "{cell}: “{text}” is not a valid date. Write it like 2022-03-01.",
    ),
    (
        "tables.date_in_text",
        422,
        "{cell}：Excel 把内容变成了日期（{text}），原文（例如 1-2）已丢失。请把该列设为文本格式后重新填写。",
        "{cell}: Excel turned the content into a date ({text}); what was typed (such as 1-2) is lost. Set the column to text and type it again.",
    ),
    ("tables.number_unreadable", 422, "{cell}：“{text}”不是数字。", "{cell}: “{text}” is not a number."),
    (
        "tables.formula_without_value",
        422,
        "{cell}：公式没有保存计算结果。请在 Excel 中打开并保存，或改为数值。",
        "{cell}: the formula has no stored result. Open and save the file in Excel, or replace it by its value.",
    ),
    (
        "tables.cell_error",
        422,
        "{cell}：单元格是 Excel 错误值（如 #N/A）。请更正后再上传。",
        "{cell}: the cell holds an Excel error (such as #N/A). Correct it and send the file again.",
    ),
    (
        "tables.cell_too_long",
        422,
        "{cell}：内容有 {length} 个字符，超过 {limit} 个。",
        "{cell}: the content has {length} characters, more than {limit}.",
    ),
    (
        "tables.row_too_wide",
        422,
        "{cell}：该行的列数多于表头，可能是内容中含有分隔符。请给该内容加上引号。",
        "{cell}: the row has more cells than the header, perhaps a separator inside a text. Put that text in quotes.",
    ),
]

_NOTE: Final = [
    (
        "tables.note_macros",
        200,
        "文件含有宏；只读取了单元格，宏没有运行。",
        "The file holds macros; only its cells were read, nothing was run.",
    ),
    (
        "tables.note_formulas",
        200,
        "有 {count} 个公式单元格（第一个 {cell}），采用了文件中保存的计算结果。",
        "{count} cells hold formulas (the first is {cell}); the results stored in the file were taken.",
    ),
    (
        "tables.note_extension",
        200,
        "扩展名是 {extension}，内容实际是 {found}；已按内容读取。",
        "The extension says {extension} but the content is {found}; it was read by its content.",
    ),
    (
        "tables.note_encoding",
        200,
        "按 {encoding} 编码、“{delimiter}”分隔读取。",
        "Read as {encoding}, separated by “{delimiter}”.",
    ),
    (
        "tables.note_other_sheets",
        200,
        "只读取了工作表“{sheet}”；没有读取：{others}。",
        "Only the sheet “{sheet}” was read; not read: {others}.",
    ),
    (
        "tables.note_title_rows",
        200,
        "表头在第 {row} 行，其上 {count} 行标题没有作为数据。",
        "The header is in row {row}; {count} title rows above it were not taken as data.",
    ),
    (
        "tables.note_no_header",
        200,
        "没有表头，按内容识别了各列。",
        "There is no header; the columns were recognised by their values.",
    ),
    (
        "tables.note_by_values",
        200,
        "列“{header}”（{column}）按内容识别为“{name}”，请核对。",
        "Column “{header}” ({column}) was taken as “{name}” by its values; please check.",
    ),
    (
        "tables.note_column_twice",
        200,
        "“{name}”有多列：采用 {taken}，没有采用 {others}。",
        "“{name}” appears in several columns: {taken} was taken, {others} was not.",
    ),
    (
        "tables.note_column_unused",
        200,
        "列“{header}”（{column}）没有对应的栏目，未读取。",
        "Column “{header}” ({column}) matches nothing that is asked for and was not read.",
    ),
    (
        "tables.note_row_skipped",
        200,
        "第 {row} 行不是数据（“{text}”），已跳过。",
        "Row {row} is no data (“{text}”) and was skipped.",
    ),
    (
        "tables.note_more_skipped",
        200,
        "另有 {count} 行不是数据，已跳过。",
        "{count} more rows are no data and were skipped.",
    ),
    (
        "tables.note_merged",
        200,
        "有 {count} 处纵向合并的单元格，其内容已填入各行。",
        "{count} cells merged downward were filled into each of their rows.",
    ),
]

for _code, _status, _zh, _en in (*_FILE, *_CELL, *_NOTE):
    define(_code, status=_status, zh=_zh, en=_en)
