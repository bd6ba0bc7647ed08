//! Which logs and witnesses count, and how many of them are enough (tlog-policy).

use std::fmt;
use std::str::FromStr;

use crate::key::VerifierKey;
use crate::problem::{Kind, Problem};
use crate::text::decimal;

/// The most lines of a policy.
pub const MAX_LINES: usize = 4096;

/// A log that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its key; the name of the key is the origin of the log.
    pub key: VerifierKey,
    /// Where it is reached.
    pub url: Option<String>,
}

/// A witness whose cosignature counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name in this policy.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it is reached.
    pub url: Option<String>,
}

/// Several witnesses or groups, of which some are enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name in this policy.
    pub name: String,
    /// How many members must have cosigned, at least 1.
    pub threshold: usize,
    /// Witnesses and groups that stand before it.
    members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// A policy. Shown as a file of one line for each thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    /// `None` asks for no cosignature.
    quorum: Option<Member>,
}

/// How a group stands: `cosigned` of `members`, and `threshold` are enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The name of the group.
    pub group: String,
    /// Members that have cosigned; of a group among them, whether it is met.
    pub cosigned: usize,
    /// All members.
    pub members: usize,
    /// How many are enough.
    pub threshold: usize,
}

impl Tally {
    /// Whether there are enough.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.cosigned >= self.threshold
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {}", self.group, self.cosigned, self.members)
    }
}

impl Policy {
    /// The accepted logs.
    #[must_use]
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The keys with which the log `origin` may sign.
    #[must_use]
    pub fn log_keys(&self, origin: &str) -> Vec<VerifierKey> {
        let named = self.logs.iter().filter(|log| log.key.name() == origin);
        named.map(|log| log.key.clone()).collect()
    }

    /// The witnesses in the order of the policy.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// How each group stands if the witnesses that `cosigned` tells have cosigned, in the order of the policy; and whether the quorum is met.
    pub fn evaluate(&self, cosigned: impl Fn(&Witness) -> bool) -> (Vec<Tally>, bool) {
        let mut tallies: Vec<Tally> = Vec::with_capacity(self.groups.len());
        let holds = |tallies: &[Tally], member: &Member| match *member {
            Member::Witness(at) => self.witnesses.get(at).is_some_and(&cosigned),
            Member::Group(at) => tallies.get(at).is_some_and(Tally::is_met),
        };
        for group in &self.groups {
            let met = |member: &&Member| holds(&tallies, member);
            tallies.push(Tally {
                group: group.name.clone(),
                cosigned: group.members.iter().filter(met).count(),
                members: group.members.len(),
                threshold: group.threshold,
            });
        }
        let quorum = self.quorum.is_none_or(|member| holds(&tallies, &member));
        (tallies, quorum)
    }

    /// Whether the quorum rests on this witness, through whatever groups.
    #[must_use]
    pub fn counts(&self, witness: &Witness) -> bool {
        let mut within: Vec<Member> = self.quorum.into_iter().collect();
        while let Some(member) = within.pop() {
            match member {
                Member::Witness(at) if self.witnesses.get(at) == Some(witness) => return true,
                Member::Witness(_) => {}
                Member::Group(at) => {
                    within.extend(self.groups.get(at).iter().flat_map(|g| &g.members))
                }
            }
        }
        false
    }

    fn name(&self, member: Member) -> &str {
        let name = match member {
            Member::Witness(at) => self.witnesses.get(at).map(|witness| &witness.name),
            Member::Group(at) => self.groups.get(at).map(|group| &group.name),
        };
        name.map_or("", String::as_str)
    }

    fn find(&self, name: &str) -> Result<Member, String> {
        let witness = self.witnesses.iter().position(|w| w.name == name);
        let group = || self.groups.iter().position(|g| g.name == name);
        let witness = witness.map(Member::Witness);
        witness
            .or_else(|| group().map(Member::Group))
            .ok_or_else(|| format!("`{name}` is not defined above"))
    }

    /// A name that may be defined.
    fn fresh(&self, name: &str) -> Result<String, String> {
        if name == "none" || self.find(name).is_ok() {
            return Err(format!("`{name}` is defined twice"));
        }
        Ok(name.to_owned())
    }

    fn log(&mut self, key: &str, url: Option<&str>) -> Result<(), String> {
        let key = read_key(key, false)?;
        if self.logs.iter().any(|log| log.key.public() == key.public()) {
            return Err("the key of this log stands above".to_owned());
        }
        let url = url.map(str::to_owned);
        self.logs.push(Log { key, url });
        Ok(())
    }

    fn witness(&mut self, name: &str, key: &str, url: Option<&str>) -> Result<(), String> {
        let (name, key) = (self.fresh(name)?, read_key(key, true)?);
        let same = |witness: &Witness| witness.key.public() == key.public();
        if self.witnesses.iter().any(same) {
            return Err("the key of this witness stands above".to_owned());
        }
        let url = url.map(str::to_owned);
        self.witnesses.push(Witness { name, key, url });
        Ok(())
    }

    fn group(&mut self, name: &str, threshold: &str, names: &[&str]) -> Result<(), String> {
        let name = self.fresh(name)?;
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            let member = self.find(name)?;
            let taken = self.groups.iter().flat_map(|group| &group.members);
            if taken.chain(&members).any(|other| *other == member) {
                return Err(format!("`{name}` is a member already"));
            }
            members.push(member);
        }
        let threshold = match threshold {
            "any" => Some(1),
            "all" => Some(members.len()),
            number => decimal(number).and_then(|number| usize::try_from(number).ok()),
        };
        let threshold = threshold
            .filter(|threshold| (1..=members.len()).contains(threshold))
            .ok_or_else(|| {
                format!("`{name}` asks for none of its members, or for more than it has")
            })?;
        self.groups.push(Group {
            name,
            threshold,
            members,
        });
        Ok(())
    }
}

/// Reads the key of a witness, which signs times, or of a log, which does not.
fn read_key(text: &str, timed: bool) -> Result<VerifierKey, String> {
    let key: VerifierKey = text.parse().map_err(|p: Problem| p.found)?;
    if key.algorithm().is_timed() == timed {
        return Ok(key);
    }
    let (kind, owner) = (
        key.algorithm().byte(),
        if timed { "witness" } else { "log" },
    );
    let name = key.name();
    Err(format!(
        "the key of `{name}` is of the type 0x{kind:02x}, which no {owner} signs with"
    ))
}

const READ: &str = "read a policy";
const COMMENT: &str = "no line of a policy; comments have lines of their own";

impl FromStr for Policy {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let mut policy = Self {
            logs: Vec::new(),
            witnesses: Vec::new(),
            groups: Vec::new(),
            quorum: None,
        };
        let mut quorum = None;
        for (number, line) in (1..).zip(text.split('\n')) {
            let refuse = |found: String| {
                Problem::new(Kind::Malformed, READ, format!("line {number}: {found}"))
            };
            if number > MAX_LINES {
                let found = format!("more than {MAX_LINES} lines");
                return Err(Problem::new(Kind::TooLong, READ, found));
            }
            if let Some(control) = line.chars().find(|c| c.is_ascii_control() && *c != '\t') {
                return Err(refuse(format!(
                    "the control character {:#04x}",
                    u32::from(control)
                )));
            }
            let words: Vec<&str> = line.split([' ', '\t']).filter(|w| !w.is_empty()).collect();
            match words.as_slice() {
                [] => Ok(()),
                [first, ..] if first.starts_with('#') => Ok(()),
                // A comment behind something would be taken for a URL.
                [.., last] if last.starts_with('#') => Err(COMMENT.to_owned()),
                ["log", key] => policy.log(key, None),
                ["log", key, url] => policy.log(key, Some(url)),
                ["witness", name, key] => policy.witness(name, key, None),
                ["witness", name, key, url] => policy.witness(name, key, Some(url)),
                ["group", name, threshold, members @ ..] => policy.group(name, threshold, members),
                ["quorum", _] if quorum.is_some() => Err("the quorum stands above".to_owned()),
                ["quorum", "none"] => {
                    quorum = Some(None);
                    Ok(())
                }
                ["quorum", name] => policy.find(name).map(|member| quorum = Some(Some(member))),
                _ => Err(COMMENT.to_owned()),
            }
            .map_err(refuse)?;
        }
        let no_quorum = || Problem::new(Kind::Malformed, READ, "it has no quorum");
        policy.quorum = quorum.ok_or_else(no_quorum)?;
        Ok(policy)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url =
            |url: &Option<String>| url.as_ref().map_or(String::new(), |url| format!(" {url}"));
        for log in &self.logs {
            writeln!(f, "log {}{}", log.key, url(&log.url))?;
        }
        for witness in &self.witnesses {
            writeln!(
                f,
                "witness {} {}{}",
                witness.name,
                witness.key,
                url(&witness.url)
            )?;
        }
        for group in &self.groups {
            write!(f, "group {} {}", group.name, group.threshold)?;
            for member in &group.members {
                write!(f, " {}", self.name(*member))?;
            }
            writeln!(f)?;
        }
        let quorum = self.quorum.map_or("none", |member| self.name(member));
        writeln!(f, "quorum {quorum}")
    }
}
