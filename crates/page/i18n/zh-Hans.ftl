### 评估周围的用语。`build/` 为每一条生成一个方法。

## 页面

page-title-one = 评估：{ $who }
page-title-many = { $cases } 件案件、{ $persons } 人的评估
page-title-none = 评估
page-none = 这里没有案件。
page-written = 写于 { $when }
skip = 跳到正文
opening-page = 以下每份评估都根据已记录的行为算出；没有记录的，看不到；评估不是决定，也不是法律意见。
index = 全部当事人
index-says = 我们自己的提醒不是法律，不计入。
total = 合计
back-to-top = 回到页首
footer = 由 Habeas 根据已记录的行为算出。条文概要由我们撰写，以官方文本为准。
nav-person = { $who }各部分
region = { $what }：{ $who }

## 一名当事人

person-title = 案件 { $case }，当事人 { $person }
person-of-case = 案件 { $case }
opening = 根据 { $acts } 项已记录的行为算出；没有记录的，看不到；不是决定，也不是法律意见。
lost = 本案有 { $lines } 行无法读取，其中的内容在下文中缺失。
lost-perhaps = 有 { $lines } 行无法读取，可能属于本案，其中的内容在下文中缺失。
lost-brief = 缺失 { $lines } 行
lost-line = { $file } 第 { $line } 行：{ $what }
lost-nameless = 有 { $lines } 行没有写明案件，无法读取；其中任何一行都可能属于本案
lost-more = 本案另有 { $lines } 行无法读取
lost-too-long = 该行过长
lost-not-text = 该行不是 UTF-8 文字
lost-malformed = 该行不是 JSON，或者不是表中的一行
lost-shape = 有行为所没有的键，或者值的形式不对
lost-missing = 缺少每项行为都需要的内容
lost-unknown-name = 法律包中没有这个名称
lost-time = 所写的时间不成立
lost-value = 值不是该字段可以有的
lost-twice = 本案已有同一编号的行为
lost-reference = 所指的行为不存在，或者互相循环
lost-mixed = 日期与从第 0 天起算的天数混在一起
source-silent = 来源没有说明某些行为（{ $acts }）。没有记录的，不知道是否发生过。
source-silent-but = 除下列行为外，来源一概没有说明：{ $acts }。其他行为没有记录的，不知道是否发生过。
days-only = 来源只给出天数。第 0 天是 { $year } 年中不明的一天；没有编造任何日期。按月计算的期限只是界限。
as-of = 截至 { $when }
as-of-in-zone = 截至 { $when }。所用时间为当地时间（UTC{ $zone }）。

## 已羁押多久，到何时为止

untitled = 在押，未见依据
untitled-says = 这些时间里，记录中没有羁押当事人的依据。
untitled-acts = 前后行为
at-a-glance = 要点
held-for = 已羁押 { $time }
held-about = 已羁押约 { $time }
held-less-than-a-day = 已羁押不到一天
held-now = 在押
held-perhaps = 最后记载在押：{ $when }；此后是否仍在押，记录未载
held-since = 自 { $when } 起
held-not-now = 据记录，此时未被羁押
held-before = 此前共被羁押 { $time }
held-under = 依据：{ $title }
held-perhaps-under = 依据（不确定）：{ $title }
held-title-not-shown = 现在押，未见依据
next-date = 下一个必须有人作出决定的日期
next-date-brief = 最迟决定
next-none = 正在进行的期限都没有可知的届满日
next-whose = { $what }：{ $whose }
found = 所见
time-left = 还剩 { $time }
time-over = 超过 { $time }

## 所见

findings = 所见
no-breach = 在已有记录中未发现违反
count-breaches = { $n } 项违反
count-overruns = { $n } 项超时
count-questions = { $n } 项疑问
findings-breaches = 违反
findings-breaches-says = 后果由法律条文自己写明。
findings-overruns = 超时
findings-overruns-says = 所用时间多于法律所给。这只是计算，不说明原因。
findings-questions = 疑问
findings-questions-says = 需要有人查看：缺少事实，或者只有人才能判断。
findings-cautions = 我们的提醒，不是法律
findings-cautions-says = 这些提醒是我们自己的，法律没有要求，也不计入。
finding-breach = 违反
finding-overrun = 超时
finding-question = 疑问
our-caution = 我们的提醒，不是法律
ours-too = { $what }（我们的提醒，不是法律）
finding-when = 时间
finding-acts = 行为
finding-effects = 应当立即
finding-who = 谁必须行动
finding-later = 此后可能
finding-not-theirs = 由{ $who }作出。依照 { $articles }，应当{ $how }。
who-of-standing = { $organ }（{ $standing }）
actor = { $organ }：{ $what }

## 期限

clocks = 期限与职责
clocks-none-open = 据记录，没有正在进行的期限，也没有到期的职责。
clocks-overdue = 已届满，仍未了结
clocks-running = 进行中或到期
clocks-unknown = 不明：缺少事实
clocks-closed = 已了结：{ $n } 项
clocks-waiting = 未开始：{ $n } 项
clock-numbered = { $what }（第 { $number } 次）
clock-kind-title = 羁押依据
clock-kind-duty = 职责
clock-kind-clock = 期限
status-not-started = 未开始
status-running = 进行中
status-suspended = 停止计算
status-met = 按时完成
status-met-late = 逾期完成
status-ended = 按时了结
status-ended-late = 逾期了结
status-overdue = 已届满，仍未了结
status-due-at-once = 应当立即
status-without-delay = 应当及时
status-unknown = 不明
status-may-apply = 是否适用不明
status-past-our-mark = 已过我们自定的界限
headline-runs-out = { $ends } 届满
headline-ran-out = 已于 { $ends } 届满
headline-met = 完成于 { $on }
headline-closed = 了结于 { $on }
headline-not-started = 尚未开始
headline-if-it-applies = 如果适用：{ $headline }
headline-no-end = 届满日无法得知
headline-due = 应当立即
headline-due-since = 自 { $since } 起应当立即
headline-without-delay = 应当及时。多久算及时，要由人判断。
ends-between = { $earliest } 或更晚，最晚 { $latest }
ends-open = { $earliest } 或更晚；最晚日期无法得知
ends-moved = 因节假日由 { $from } 移动
ends-provisional = 暂定：该年度放假安排尚未公布
clock-of = 起于
clock-started = 开始
clock-ends = 届满
clock-fixed-by = 决定于
clock-computed = 原算届满
clock-closed-by = 了结于
clock-over = 超过
clock-whose = 谁的职责
clock-must = 必须做什么
clock-warns = 预警
clock-also = 另一种算法
clock-counted-as = { $how }：{ $end }
clock-rests-on = 立足于
derivation = 如何算出
bar-title = { $clock }的时间条
bar-asked = 本评估的时点
segment-base = 基本
segment-extended = 延长
segment-suspended = 停止计算
segment-recounted = 重新计算
segment-possible = 可能
segment-over = 超过
segment-void-says = 有一项延长记录在案，但不起作用
segment-from-to = { $what }：{ $from } 至 { $to }
stretch-from-to = { $from } 至 { $to }

## 推算的各行

truth-yes = 成立
truth-no = 不成立
truth-unknown = 不明
facts-used = 根据
needs = 还需要
cure = 可以补救
cure-by = { $who }：{ $how }
fact = { $what }：{ $value }
basis-to-be-confirmed = 待确认
basis-disputed = 有争议：{ $readings }
basis-reading = “{ $reading }”
basis-or = 或

## 时间线

timeline = 时间线
timeline-title = { $who }的时间线
timeline-description = 每个机关一条，其行为是带编号的标记；下面是羁押及其依据。后面的列表用文字说明同样的内容。
timeline-empty = 没有记录任何行为。
custody = 羁押
custody-and-titles = 羁押及其依据
legend-titled = 有依据的羁押
legend-perhaps = 依据不确定
title-uncertain = 依据不确定
effect-restrains = 限制
effect-frees = 放出
effect-protects = 保护
effect-neutral = 中性
organ-not-recorded = 未记录机关

## 关口

gates = 关口
gates-says = 就记录所见，每项已记录的行为是否符合其条件。
gates-rest = { $n } 道关口，无须查看
gate-kind-gate = 关口
gate-kind-ban = 禁止
gate-kind-watch = 留意
gate-kind-eligibility = 资格
gate-allowed = 可行
gate-refused = 不可行
gate-unknown = 不明
gate-unknown-closed = 不明：此步等待
gate-unknown-open = 不明：此步照行，附疑问
gate-unknown-referred = 不明：须由人决定
gate-unknown-referred-to = 不明：由{ $who }决定
ban-applies = 禁止适用
ban-does-not-apply = 禁止不适用
watch-seen = 已见：值得一问
watch-not-seen = 未见
eligible = 符合
not-eligible = 不符合
gate-conditions = 逐项条件
gate-instead = 可以改为

## 当事人可以做什么

remedies = 当事人可以做什么
remedies-none = 在已有记录中没有可用的救济。
remedy-open = 可用
remedy-perhaps = 或许可用
remedy-used = 已使用
remedy-to = 向谁
remedy-whom = 谁可以提出
remedy-by = 最迟
remedy-no-limit = 没有规定时限
remedy-answer = 答复期限
remedy-then = 下一步
channels = 可以找谁
telephone = 电话

## 表格

col-case = 案件、当事人
col-held = 羁押
col-next = 最迟决定
col-what = 事项
col-organ = 机关
col-so-far = 已用
col-limit = 上限
col-state = 状态
col-article = 条文
col-step = 步骤
col-value = 数值
col-begun = 开始
col-ended = 结束
col-within = 属于
col-number = 序号
col-act = 行为
col-happened = 发生
col-known = 已知内容
meters = 已用时间
meter-over = 超过上限
meter-within = 未超过上限
formulas = 金额
formula-result = 结果
measures = 措施
measure-held = 羁押
measure-not-held = 非羁押
measure-open = 仍在进行
acts = 已记录的行为
act-reference = 行为 { $number }，{ $what }，{ $when }
act-brief = 行为 { $number }，{ $what }
act-unlisted = 行为 { $id }
act-late = 迟记 { $time }
act-corrected = 已更正
act-time-inexact = 时间不确切
act-after-asked = 晚于本评估的时点
act-period = { $from } 至 { $to }

## 立足于什么

not-judged = 本系统不能判断的
not-judged-says = 法律把这些用语留给人判断。
computed-from = 计算所据
engine = 引擎 { $engine }

## 法律的两个版本

difference-sum = { $cases } 件案件中有 { $changes } 项答案改变

## 规则及其条文

our-summary = （条文概要由我们撰写，以官方文本为准）
official-text = 官方文本，{ $article }：
official-text-not-in = 官方文本，{ $article }：{ $file } 中没有
rows-basis = { $rows }：{ $basis }
not-encoded = 未编入规则：{ $citation } { $why }

## 日期、长度、数值

date-long = { $year } 年 { $month } 月 { $day } 日（{ $weekday ->
        [1] 星期一
        [2] 星期二
        [3] 星期三
        [4] 星期四
        [5] 星期五
        [6] 星期六
       *[7] 星期日
    }）
date-time = { $day } { $time }
date-hour = { $day } { $hour } 时许
date-midnight = { $day } 24:00
date-last-day = { $day }（最后一日）
date-in-zone = { $time }（UTC{ $zone }）
date-offset = 第 { $number } 天
date-asked = 此时
length-minutes = { $n } 分钟
length-hours = { $n } 小时
length-days = { $n } 天
length-working-days = { $n } 个工作日
length-months = { $n } 个月
length-years = { $n } 年
length-and = { $large } { $small }
length-none = 无时限
value-yes = 是
value-no = 否
value-none = 无
