"""What can go wrong with backup, restore and upgrade, each with what to do."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "keeping.no_data",
    status=404,
    zh="{folder}里没有数据库。请用 --data 指明数据目录。",
    en="There is no database in {folder}. Name the data folder with --data.",
)
define(
    "backup.folder_unusable",
    status=422,
    zh="备份目录{folder}不能用：{reason}。请换一个目录；没有更改任何数据。",
    en="The backup folder {folder} can't be used: {reason}. Choose another; nothing was changed.",
)
define(
    "backup.no_room",
    status=507,
    zh="备份目录{folder}剩余{free}MB，至少需要{needed}MB。请腾出空间或换目录；没有更改任何数据。",
    en="The backup folder {folder} has {free} MB left, {needed} MB are needed. Make room or choose another; nothing was changed.",
)
define(
    "backup.failed",
    status=500,
    zh="备份没有完成：{reason}。已有的备份没有变化，请排除原因后重试。",
    en="The backup was not finished: {reason}. Earlier backups are as they were; mend this and try again.",
)
define(
    "backup.hook_failed",
    status=502,
    zh="本机备份已完成（{name}），但异地复制命令失败：{reason}。请检查后重新复制。",
    en="The backup {name} is complete here, but the command for the off-site copy failed: {reason}. Mend it and copy again.",
)
define(
    "backup.keys_beside_data",
    status=422,
    zh="密钥备份不能放在数据备份目录或数据目录里：两者放在一起等于没有分开。请换一个地方。",
    en="Keys must not be backed up beside the data or inside the data folder: together they protect nothing. Choose another place.",
)
define(
    "backup.exists",
    status=409,
    zh="文件{file}已存在，没有覆盖。请换一个文件名。",
    en="The file {file} exists and was not overwritten. Choose another name.",
)
define(
    "restore.no_backup",
    status=404,
    zh="{folder}里没有完整的备份。请核对目录。",
    en="There is no whole backup in {folder}. Check the folder.",
)
define(
    "restore.too_early",
    status=422,
    zh="要恢复到{until}，但最早的备份完成于{first}。请选择之后的时间。",
    en="The time {until} lies before the first backup was complete, {first}. Choose a later time.",
)
define(
    "restore.too_late",
    status=422,
    zh="归档中最后一次变更在{last}，恢复不到{until}。请选择早于{last}的时间；要包括这次变更，请不写时间，恢复到最后。没有写入任何数据。",
    en="The last change in the archive is of {last}; {until} is out of reach. Choose a time before {last}, or none to restore "
    "everything with that change. Nothing was written.",
)
define(
    "restore.nothing_since",
    status=422,
    zh="备份{name}完成于{ended}，此后归档中没有变更，恢复不到{until}。请不写时间，恢复到最后。没有写入任何数据。",
    en="The backup {name} was complete at {ended} and the archive holds no change after it, so {until} is out of reach. Give no time "
    "to restore all there is. Nothing was written.",
)
define(
    "restore.time_unreadable",
    status=422,
    zh="时间“{text}”看不懂。请写成 2026-11-22 20:30 这样的北京时间。",
    en="The time '{text}' is not understood. Write Beijing time like 2026-11-22 20:30.",
)
define(
    "restore.damaged",
    status=422,
    zh="备份{name}不完整或被改动过：{reason}。请换用另一份备份；没有更改任何数据。",
    en="The backup {name} is cut short or was changed: {reason}. Use another one; nothing was changed.",
)
define(
    "restore.newer_schema",
    status=409,
    zh="备份{name}由更新的版本（{release}）写成，本版本不认识{unknown}。请先安装该版本；没有更改任何数据。",
    en="The backup {name} was written by a newer release ({release}); this one does not know {unknown}. Install that release first; "
    "nothing was changed.",
)
define(
    "restore.other_server",
    status=409,
    zh="备份{name}由PostgreSQL {version}写成，本机是{ours}。请用相同的主版本恢复；没有更改任何数据。",
    en="The backup {name} was written by PostgreSQL {version}, here is {ours}. Restore with the same major version; nothing was changed.",
)
define(
    "restore.target_not_empty",
    status=409,
    zh="{folder}里已有数据，没有覆盖。请恢复到一个空目录，核对后再换用。",
    en="{folder} already holds data; nothing was overwritten. Restore into an empty folder, look at it, then use that one.",
)
define(
    "restore.running",
    status=409,
    zh="{folder}正在使用中，没有恢复。请先停止服务，或恢复到另一个目录。",
    en="{folder} is in use; nothing was restored. Stop the service first, or restore into another folder.",
)
define(
    "restore.keys_missing",
    status=409,
    zh="缺少密钥，恢复后的数据打不开。请同时用 --keys 给出两人保管的密钥备份；没有更改任何数据。",
    en="The keys are missing, without them restored data can't be opened. Give the backup of keys with --keys; nothing was changed.",
)
define(
    "restore.other_key",
    status=409,
    zh="这些密钥不属于备份{name}（{keys}对不上）。请换用同一套系统的密钥备份；没有更改任何数据。",
    en="These keys do not belong to the backup {name} ({keys} differ). Use the keys of the same installation; nothing was changed.",
)
define(
    "restore.failed",
    status=500,
    zh="恢复没有完成：{reason}。备份没有变化；恢复了一半的目录{folder}可以删除。",
    en="The restore was not finished: {reason}. The backup is unchanged; the half-restored folder {folder} may be removed.",
)
define(
    "restore.log_broken",
    status=500,
    zh="已恢复，但记录链在第{seal}号封条处对不上：{reason}。请换用另一份备份，并告知审计管理员。",
    en="Restored, but the chain of the log does not hold at seal {seal}: {reason}. Use another backup and tell the audit administrator.",
)
define(
    "external.program_missing",
    status=503,
    zh="找不到{program}（主版本{version}）。请从系统软件包安装 postgresql-client-{version}。",
    en="{program} of version {version} is missing. Install postgresql-client-{version} from the system's packages.",
)
define(
    "external.not_empty",
    status=409,
    zh="目标数据库{database}里已有数据表，没有覆盖。请恢复到新建的空数据库。",
    en="The database {database} already holds tables; nothing was overwritten. Restore into a new, empty database.",
)
define(
    "external.no_moment",
    status=422,
    zh="外部数据库的导出只能恢复到导出的时刻；恢复到某一时刻请用该服务器自己的归档（见 docs/start/keep.md）。",
    en="A dump of an external database restores only to the moment it was made; for another moment use that server's own archive "
    "(see docs/start/keep.md).",
)
define(
    "upgrade.newer_schema",
    status=409,
    zh="数据库由更新的版本写成，本版本不认识{unknown}。请安装新版本，或恢复升级前的备份；没有更改任何数据。",
    en="The database was written by a newer release; this one does not know {unknown}. Install that release, or restore the backup made "
    "before its upgrade; nothing was changed.",
)
define(
    "upgrade.no_backup",
    status=409,
    zh="升级前要有备份。请用 --to 给出备份目录，或确认已另有备份后加 --no-backup。",
    en="An upgrade starts with a backup. Name its folder with --to, or say --no-backup if you have one elsewhere.",
)
define(
    "upgrade.busy",
    status=503,
    zh="升级等不到锁：{step}在{tries}次尝试后仍被占用。没有完成的步骤已撤回，请稍后再运行一次。",
    en="The upgrade could not get its locks: {step} was held after {tries} tries. What was not finished is undone; run it later.",
)
define(
    "upgrade.no_way_back",
    status=409,
    zh="{step}不能撤回。请恢复升级前的备份：{backup}。",
    en="{step} can't be undone. Restore the backup made before the upgrade: {backup}.",
)
define(
    "upgrade.nothing_to_undo",
    status=409,
    zh="没有可撤回的升级。",
    en="There is no upgrade to undo.",
)
