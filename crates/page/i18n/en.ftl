### The words around an assessment. `build/` makes a method of each message.

## The page

page-title-one = Assessment: { $who }
page-title-many = Assessments of { $persons } persons in { $cases ->
        [one] one case
       *[other] { $cases } cases
    }
page-title-none = Assessments
page-none = There is no case here.
page-written = Written { $when }
skip = Skip to the content
opening-page = Each assessment below is computed from recorded acts; it cannot see what was not recorded; it is no decision and no legal advice.
index = All persons
index-says = Our own cautions are not the law and are not counted.
total = Total
back-to-top = Back to the top
footer = Computed by Habeas from recorded acts. Our summary of a passage is ours; the official text decides.
nav-person = Sections of { $who }
region = { $what }: { $who }

## One person

person-title = Case { $case }, person { $person }
person-of-case = Case { $case }
opening = Computed from { $acts ->
        [one] one recorded act
       *[other] { $acts } recorded acts
    }; it cannot see what was not recorded; it is no decision and no legal advice.
lost = { $lines ->
        [one] One line of this case could not be read. What it says is missing below.
       *[other] { $lines } lines of this case could not be read. What they say is missing below.
    }
lost-perhaps = { $lines ->
        [one] One line could not be read that may be of this case. What it says is missing below.
       *[other] { $lines } lines could not be read that may be of this case. What they say is missing below.
    }
lost-brief = { $lines ->
        [one] one line lost
       *[other] { $lines } lines lost
    }
lost-line = line { $line } of { $file }: { $what }
lost-nameless = { $lines ->
        [one] one line that names no case could not be read; it may be of this one
       *[other] { $lines } lines that name no case could not be read; any of them may be of this one
    }
lost-more = { $lines ->
        [one] one more line of this case could not be read
       *[other] { $lines } more lines of this case could not be read
    }
lost-too-long = the line is longer than any that is read
lost-not-text = the line is not UTF-8 text
lost-malformed = the line is not JSON, or no row of its table
lost-shape = a key or a value has a shape that acts do not have
lost-missing = something that every act needs is missing
lost-unknown-name = no law pack has this name
lost-time = a time cannot be as it is written
lost-value = the value is none that this field takes
lost-twice = the case already has an act of this id
lost-reference = it leads to no act, or in a circle
lost-mixed = dates stand beside days counted from a day 0
source-silent = The sources are silent about some acts ({ $acts }). Where no such act is recorded, it is unknown whether there was one.
source-silent-but = The sources are silent about every act but these: { $acts }. Where another act is not recorded, it is unknown whether there was one.
days-only = The source gives days only. Day 0 is an unknown date in { $year }; no calendar date is made up. Ends counted in months are bounds.
as-of = As of { $when }
as-of-in-zone = As of { $when }. Times are local, UTC{ $zone }.

## How long held, and until when

untitled = Held, title not shown
untitled-says = For these hours the record shows no right on which the person was held.
untitled-acts = Between these acts
at-a-glance = At a glance
held-for = Held for { $time }
held-about = Held for about { $time }
held-less-than-a-day = Held for less than a day
held-now = Held
held-perhaps = Held when last recorded, { $when }; whether still, the record does not say
held-since = Since { $when }
held-not-now = Not held at this time, as far as the record shows
held-before = Held earlier for { $time } in all
held-under = Title: { $title }
held-perhaps-under = Title, not certain: { $title }
held-title-not-shown = Now held, title not shown
next-date = Next date on which somebody must decide
next-date-brief = Must decide by
next-none = No running clock has an end that can be told
next-whose = { $what }: { $whose }
found = Found
time-left = { $time } left
time-over = { $time } over

## Findings

findings = Findings
no-breach = No breach found in what is recorded
count-breaches = { $n ->
        [one] One breach
       *[other] { $n } breaches
    }
count-overruns = { $n ->
        [one] One overrun
       *[other] { $n } overruns
    }
count-questions = { $n ->
        [one] One question
       *[other] { $n } questions
    }
findings-breaches = Breaches
findings-breaches-says = The text of the law itself says what follows.
findings-overruns = Overruns
findings-overruns-says = More time passed than the law gives. This is arithmetic and says nothing of the reason.
findings-questions = Questions
findings-questions-says = Somebody must look: a fact is missing, or only a person can judge it.
findings-cautions = Our caution, not the law
findings-cautions-says = These warnings are ours. The law does not ask for them, and they are not counted.
finding-breach = breach
finding-overrun = overrun
finding-question = question
our-caution = our caution, not the law
ours-too = { $what } (our caution, not the law)
finding-when = When
finding-acts = Acts
finding-effects = At once
finding-who = Who must act
finding-later = May follow
finding-not-theirs = Done by { $who }. Under { $articles } it is done { $how }.
who-of-standing = { $organ } ({ $standing })
actor = { $organ }: { $what }

## Clocks

clocks = Clocks and duties
clocks-none-open = No clock runs and nothing is due, as far as the record shows.
clocks-overdue = Ran out, still open
clocks-running = Running or due
clocks-unknown = Not known: a fact is missing
clocks-closed = { $n ->
        [one] Closed: one clock
       *[other] Closed: { $n } clocks
    }
clocks-waiting = { $n ->
        [one] Not started: one clock
       *[other] Not started: { $n } clocks
    }
clock-numbered = { $what }, no. { $number }
clock-kind-title = title to hold
clock-kind-duty = duty
clock-kind-clock = clock
status-not-started = not started
status-running = running
status-suspended = standing still
status-met = met in time
status-met-late = met late
status-ended = closed in time
status-ended-late = closed late
status-overdue = ran out, still open
status-due-at-once = due at once
status-without-delay = due without delay
status-unknown = unknown
status-may-apply = unknown whether it applies
status-past-our-mark = past our own mark
headline-runs-out = Runs out { $ends }
headline-ran-out = Ran out { $ends }
headline-met = Met { $on }
headline-closed = Closed { $on }
headline-not-started = Has not started
headline-if-it-applies = If it applies: { $headline }
headline-no-end = No end can be told
headline-due = Due at once
headline-due-since = Due at once since { $since }
headline-without-delay = Due without delay. How long that is, a person must judge.
ends-between = { $earliest } or later, at most { $latest }
ends-open = { $earliest } or later; no latest date can be told
ends-moved = a holiday moved it from { $from }
ends-provisional = provisional: the holiday schedule of that year is not published
clock-of = Begun by
clock-started = Started
clock-ends = Runs out
clock-fixed-by = Fixed by
clock-computed = As computed
clock-closed-by = Closed by
clock-over = Over by
clock-whose = Whose duty
clock-must = What must be done
clock-warns = Warns
clock-also = Also counted
clock-counted-as = { $how }: { $end }
clock-rests-on = Rests on
derivation = How this was worked out
bar-title = { $clock }, drawn as a bar
bar-asked = the time of this assessment
segment-base = base
segment-extended = extended
segment-suspended = standing still
segment-recounted = counted anew
segment-possible = possible
segment-over = over
segment-void-says = An extension was recorded that counts for nothing
segment-from-to = { $what }: { $from } to { $to }
stretch-from-to = { $from } to { $to }

## Lines of a derivation

truth-yes = holds
truth-no = does not hold
truth-unknown = unknown
facts-used = From
needs = Still needed
cure = Can be mended
cure-by = { $who }: { $how }
fact = { $what }: { $value }
basis-to-be-confirmed = to be confirmed
basis-disputed = disputed: { $readings }
basis-reading = “{ $reading }”
basis-or = { " " }or{ " " }

## The timeline

timeline = Timeline
timeline-title = Timeline of { $who }
timeline-description = A lane for each organ with its acts as numbered marks; below them custody and the titles to hold. The same stands in words in the lists that follow.
timeline-empty = No act is recorded.
custody = custody
custody-and-titles = Custody and titles to hold
legend-titled = held under a title
legend-perhaps = title not certain
title-uncertain = title not certain
effect-restrains = restrains
effect-frees = frees
effect-protects = protects
effect-neutral = neutral
organ-not-recorded = organ not recorded

## Gates

gates = Gates
gates-says = Whether each recorded act met the conditions for it, as far as the record shows.
gates-rest = { $n ->
        [one] One gate with nothing to look at
       *[other] { $n } gates with nothing to look at
    }
gate-kind-gate = gate
gate-kind-ban = ban
gate-kind-watch = watch
gate-kind-eligibility = eligibility
gate-allowed = allowed
gate-refused = refused
gate-unknown = unknown
gate-unknown-closed = unknown: the step waits
gate-unknown-open = unknown: the step goes on, with a question
gate-unknown-referred = unknown: somebody must decide
gate-unknown-referred-to = unknown: for { $who } to decide
ban-applies = the ban applies
ban-does-not-apply = the ban does not apply
watch-seen = seen: worth a question
watch-not-seen = not seen
eligible = qualifies
not-eligible = does not qualify
gate-conditions = Conditions, one by one
gate-instead = Instead

## What the person can do

remedies = What the person can do
remedies-none = No remedy is open in what is recorded.
remedy-open = open
remedy-perhaps = perhaps open
remedy-used = already used
remedy-to = To
remedy-whom = Who may ask
remedy-by = By
remedy-no-limit = no time limit is given
remedy-answer = Answer due
remedy-then = Next step
channels = Where to turn
telephone = telephone

## Tables

col-case = Case, person
col-held = Held
col-next = Must decide by
col-what = What
col-organ = Organ
col-so-far = So far
col-limit = Limit
col-state = State
col-article = Article
col-step = Step
col-value = Value
col-begun = Begun
col-ended = Ended
col-within = Within
col-number = No.
col-act = Act
col-happened = Happened
col-known = What is known
meters = Time used up
meter-over = over the limit
meter-within = within the limit
formulas = Amounts
formula-result = result
measures = Measures
measure-held = held
measure-not-held = not held
measure-open = still running
acts = Recorded acts
act-reference = act { $number }, { $what }, { $when }
act-brief = act { $number }, { $what }
act-unlisted = act { $id }
act-late = recorded { $time } later
act-corrected = corrected
act-time-inexact = time not known exactly
act-after-asked = after the time of this assessment
act-period = { $from } to { $to }

## What it rests on

not-judged = What this system cannot judge
not-judged-says = The law leaves these words to a person.
computed-from = Computed from
engine = Engine { $engine }

## Two versions of the law

difference-sum = { $changes ->
        [one] one answer changes
       *[other] { $changes } answers change
    } in { $cases ->
        [one] one case
       *[other] { $cases } cases
    }

## A rule and its text

our-summary = (our summary; the official text decides)
official-text = official text, { $article }:
official-text-not-in = official text, { $article }: not in { $file }
rows-basis = { $rows }: { $basis }
not-encoded = not encoded: { $citation } { $why }

## Days, lengths, values

date-long = { $weekday ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    } { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }
date-time = { $day }, { $time }
date-hour = { $day }, in the hour from { $hour }:00
date-midnight = { $day }, 24:00
date-last-day = { $day }, the last day
date-in-zone = { $time } (UTC{ $zone })
date-offset = day { $number }
date-asked = now
length-minutes = { $n ->
        [one] 1 minute
       *[other] { $n } minutes
    }
length-hours = { $n ->
        [one] 1 hour
       *[other] { $n } hours
    }
length-days = { $n ->
        [one] 1 day
       *[other] { $n } days
    }
length-working-days = { $n ->
        [one] 1 working day
       *[other] { $n } working days
    }
length-months = { $n ->
        [one] 1 month
       *[other] { $n } months
    }
length-years = { $n ->
        [one] 1 year
       *[other] { $n } years
    }
length-and = { $large } { $small }
length-none = no time
value-yes = yes
value-no = no
value-none = none
