//! What is proved by a receipt, and what is not, in words of both languages.

use habeas_ledger::disclosure::{Disclosed, Signed};
use habeas_ledger::leaf::LeafKind;
use habeas_ledger::to_hex;
use habeas_page::Language;

use super::{Held, readable};
use crate::input::utc;

/// The whole answer.
pub fn told(held: &Held<'_>, language: Language) -> String {
    let Words {
        holds,
        log,
        leaf,
        cosigned,
        shown,
        not,
        ..
    } = words(language);
    let verified = &held.verified;
    let opening = match (language, verified.quorum) {
        (_, true) => holds.to_owned(),
        (Language::English, false) => {
            "The receipt holds, but too few have cosigned: the quorum of the policy is not met."
                .to_owned()
        }
        (Language::Chinese, false) => "收据成立，但联署不足：未达到策略要求的数量。".to_owned(),
    };
    let mut lines = vec![opening, String::new(), log.to_owned()];
    let (origin, size) = (verified.checkpoint.origin(), verified.checkpoint.size());
    lines.push(match language {
        Language::English => format!("  `{origin}` has signed a checkpoint over {size} leaves"),
        Language::Chinese => format!("  `{origin}` 已签署含 {size} 片叶的检查点"),
    });
    lines.push(leaf.to_owned());
    lines.push(match language {
        Language::English => format!("  number {} is in it", verified.index),
        Language::Chinese => format!("  第 {} 号叶在其中", verified.index),
    });
    lines.extend(held.disclosed.iter().flat_map(|d| of_leaf(d, language)));
    lines.push(cosigned.to_owned());
    lines.extend(of_witnesses(held, language));
    if let Some(disclosed) = held.disclosed.as_ref().filter(|d| !d.act.is_empty()) {
        lines.push(shown.to_owned());
        for field in &disclosed.act {
            // Quoted, so that nothing in it is taken for a word of ours or moves the cursor.
            lines.push(match readable(field) {
                Some(text) => format!("  {:?}: {text:?}", field.name),
                None => format!("  {:?}: 0x{}", field.name, to_hex(&field.value)),
            });
        }
    }
    if let Some(disclosed) = &held.disclosed {
        lines.extend(of_signature(held, disclosed, language));
    }
    lines.push(String::new());
    lines.push(not.0.to_owned());
    lines.extend(not.1.iter().map(|line| format!("  - {line}")));
    lines.push(String::new());
    lines.join("\n")
}

/// What is said whatever the receipt is.
struct Words {
    holds: &'static str,
    log: &'static str,
    leaf: &'static str,
    cosigned: &'static str,
    shown: &'static str,
    signed: &'static str,
    not: (&'static str, &'static [&'static str]),
}

fn words(language: Language) -> Words {
    match language {
        Language::English => Words {
            holds: "The receipt holds, and enough have cosigned.",
            log: "The log",
            leaf: "The leaf",
            cosigned: "Cosigned by",
            shown: "Shown of the act",
            signed: "Signature on the act",
            not: (
                "What this does not prove",
                &[
                    "that the act was lawful, or that what it says is true",
                    "that whoever cosigned approves of it: they saw a log that only grows",
                    "when the act happened: only when whoever signed it said so, and when it was in the log",
                    "that no other act was withheld, or recorded later",
                    "what is not shown here",
                ],
            ),
        },
        Language::Chinese => Words {
            holds: "收据成立，联署数量已够。",
            log: "日志",
            leaf: "叶",
            cosigned: "联署者",
            shown: "所示行为的字段",
            signed: "行为上的签名",
            not: (
                "本收据不能证明",
                &[
                    "该行为合法，或其内容属实",
                    "联署者赞同该行为：联署只表示其所见的日志只增不改",
                    "行为何时发生：只能证明签署者所称的时间和进入日志的时间",
                    "没有其他行为被隐瞒或事后才记录",
                    "此处未出示的内容",
                ],
            ),
        },
    }
}

fn of_leaf(disclosed: &Disclosed<'_>, language: Language) -> Vec<String> {
    let english = language == Language::English;
    let mut lines = Vec::new();
    let mut say = |en: &str, zh: &str, what: String| {
        lines.push(format!("  {} {what}", if english { en } else { zh }));
    };
    say(
        "logged in the ten seconds from",
        "记入日志的十秒始于",
        utc(disclosed.logged),
    );
    let leaf = &disclosed.leaf;
    if let Some(kind) = leaf.kind {
        let (en, zh) = match kind {
            LeafKind::Act => ("an act", "一项行为"),
            LeafKind::Tombstone => ("the erasure of another leaf", "对另一片叶的清除"),
            LeafKind::KeyEvent => ("a change of keys or policy", "密钥或策略的变更"),
            LeafKind::LogLink => ("the link to an earlier log", "与先前日志的衔接"),
            LeafKind::Dummy => ("nothing: it is a filler", "无内容：填充叶"),
        };
        say(
            "it is of",
            "类别为",
            if english { en } else { zh }.to_owned(),
        );
    }
    if let Some(Some(refers)) = leaf.refers {
        say("it is about leaf", "所涉叶号", refers.to_string());
    }
    if let Some(recorded) = leaf.recorded {
        say("recorded by the server", "服务器记录时间", utc(recorded));
    }
    if let Some(claimed) = leaf.claimed {
        say(
            "signed, as whoever signed it says,",
            "签署者所称签署时间",
            utc(claimed),
        );
    }
    lines
}

fn of_witnesses(held: &Held<'_>, language: Language) -> Vec<String> {
    let english = language == Language::English;
    let mut lines = Vec::new();
    for tally in &held.verified.groups {
        let (group, cosigned, members) = (&tally.group, tally.cosigned, tally.members);
        let threshold = tally.threshold;
        lines.push(match (language, tally.is_met()) {
            (Language::English, true) => {
                format!("  {group}: {cosigned} of {members}, {threshold} needed: met")
            }
            (Language::English, false) => {
                format!("  {group}: {cosigned} of {members}, {threshold} needed: not met")
            }
            (Language::Chinese, true) => {
                format!("  {group}：{members} 个中有 {cosigned} 个，需 {threshold} 个：已达到")
            }
            (Language::Chinese, false) => {
                format!("  {group}：{members} 个中有 {cosigned} 个，需 {threshold} 个：未达到")
            }
        });
    }
    for (name, time) in held.witnesses() {
        let missing = if english { "has not" } else { "未联署" };
        let time = time.map_or_else(|| missing.to_owned(), utc);
        lines.push(format!("  {name}  {time}"));
    }
    // Of too few the time says as little as they do.
    if let Some(median) = held.verified.median.filter(|_| held.verified.quorum) {
        let median = utc(median);
        lines.push(if english {
            format!("  so it existed by {median}: the middle of their times")
        } else {
            format!("  故其至迟存在于 {median}：取各联署时间的中位")
        });
    }
    lines
}

fn of_signature(held: &Held<'_>, disclosed: &Disclosed<'_>, language: Language) -> Vec<String> {
    let said = match (language, disclosed.signed) {
        (_, Signed::By(_)) => held.signer(disclosed.signed).unwrap_or_default().to_owned(),
        (Language::English, Signed::Unknown) => {
            "by a key that was not given: whose it is, is unknown".to_owned()
        }
        (Language::Chinese, Signed::Unknown) => "签名密钥未提供：不知属于谁".to_owned(),
        (Language::English, Signed::NotShown) => "not shown".to_owned(),
        (Language::Chinese, Signed::NotShown) => "未出示".to_owned(),
    };
    vec![words(language).signed.to_owned(), format!("  {said}")]
}
