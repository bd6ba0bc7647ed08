//! The law that was loaded: every rule of every pack, in tables that ids point into.

use std::sync::Arc;

use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

use crate::calendar::Calendar;
use crate::count::{Choices, Counter};
use crate::expression::Expression;
use crate::passage::{Passage, Passages};
use crate::problem::Source;
use crate::read::cursor::{Cursor, Read};
use crate::read::expression::Reader;
use crate::read::names::{Kind, Names, Scope, distance};
use crate::rules::{
    Act, ActId, Breach, BreachId, Channel, Clock, ClockGroup, ClockId, Convention, ConventionId,
    FieldId, FileId, Formula, FormulaId, Gate, GateGroup, GateId, LevelId, Measure, MeasureId,
    Meter, MeterId, Note, Organ, OrganId, Pack, PackId, RankId, Remedy, RemedyId, Rung, Table,
    TableId,
};
use crate::value::{Type, Word};
use crate::words::Words;

/// Everything that the packs say.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "one table a noun")]
pub struct Law {
    pub packs: Vec<Pack>,
    pub files: Vec<Source>,
    pub calendars: Vec<Calendar>,
    pub acts: Vec<Act>,
    pub measures: Vec<Measure>,
    pub clocks: Vec<Clock>,
    pub clock_groups: Vec<Vec<ClockId>>,
    pub gates: Vec<Gate>,
    pub gate_groups: Vec<Vec<GateId>>,
    pub meters: Vec<Meter>,
    pub conventions: Vec<Convention>,
    pub organs: Vec<Organ>,
    pub levels: Vec<Rung>,
    pub ranks: Vec<Rung>,
    pub breaches: Vec<Breach>,
    pub remedies: Vec<Remedy>,
    pub channels: Vec<Channel>,
    pub tables: Vec<Table>,
    pub formulas: Vec<Formula>,
    pub passages: Passages,
    /// Facts by number: the act that states them and their field.
    pub facts: Vec<(ActId, FieldId)>,
    /// How many clauses there are; every [`Note`] has a number below this.
    pub clauses: u32,
    /// Notes of clauses by their number.
    pub notes: Vec<Option<Note>>,
    pub(crate) names: Names,
    pub(crate) fields: Vec<String>,
    pub(crate) field_ids: FxHashMap<String, FieldId>,
    pub(crate) words: Vec<String>,
    pub(crate) word_ids: FxHashMap<String, Word>,
    pub(crate) acts_by_full_name: FxHashMap<String, ActId>,
    /// Clock versions anchored on each act.
    pub(crate) clocks_of: Vec<Vec<ClockId>>,
    pub(crate) gates_of: Vec<Vec<GateId>>,
}

macro_rules! tables {
    ($($(#[$doc:meta])* $get:ident($id:ident) -> $item:ident in $table:ident;)+) => {$(
        $(#[$doc])*
        #[must_use]
        #[expect(clippy::indexing_slicing, reason = "ids are made by this law alone and its tables never shrink")]
        pub fn $get(&self, id: $id) -> &$item {
            &self.$table[id.index()]
        }
    )+};
}

impl Law {
    tables! {
        /// A pack.
        pack(PackId) -> Pack in packs;
        /// A file.
        file(FileId) -> Source in files;
        /// A kind of act.
        act(ActId) -> Act in acts;
        /// A measure.
        measure(MeasureId) -> Measure in measures;
        /// A version of a clock.
        clock(ClockId) -> Clock in clocks;
        /// A version of a gate.
        gate(GateId) -> Gate in gates;
        /// A meter.
        meter(MeterId) -> Meter in meters;
        /// A convention.
        convention(ConventionId) -> Convention in conventions;
        /// An organ.
        organ(OrganId) -> Organ in organs;
        /// A level.
        level(LevelId) -> Rung in levels;
        /// A rank.
        rank(RankId) -> Rung in ranks;
        /// A breach.
        breach(BreachId) -> Breach in breaches;
        /// A remedy.
        remedy(RemedyId) -> Remedy in remedies;
        /// A table.
        table(TableId) -> Table in tables;
        /// A formula.
        formula(FormulaId) -> Formula in formulas;
    }

    /// The note of a clause.
    #[must_use]
    pub fn note(&self, clause: u32) -> Option<&Note> {
        self.notes.get(usize::try_from(clause).ok()?)?.as_ref()
    }

    /// All versions of a clock.
    #[must_use]
    pub fn versions_of_clock(&self, group: ClockGroup) -> &[ClockId] {
        self.clock_groups
            .get(group.index())
            .map_or(&[], Vec::as_slice)
    }

    /// All versions of a gate.
    #[must_use]
    pub fn versions_of_gate(&self, group: GateGroup) -> &[GateId] {
        self.gate_groups
            .get(group.index())
            .map_or(&[], Vec::as_slice)
    }

    /// Clock versions of which one is made for each such act.
    #[must_use]
    pub fn clocks_of(&self, act: ActId) -> &[ClockId] {
        self.clocks_of.get(act.index()).map_or(&[], Vec::as_slice)
    }

    /// Gates, bans and watches that look at each such act.
    #[must_use]
    pub fn gates_of(&self, act: ActId) -> &[GateId] {
        self.gates_of.get(act.index()).map_or(&[], Vec::as_slice)
    }

    /// The kind of act of this full name, `cn/criminal-procedure detention`.
    #[must_use]
    pub fn act_named(&self, full_name: &str) -> Option<ActId> {
        self.acts_by_full_name.get(full_name).copied()
    }

    /// Full names spelled nearly so.
    #[must_use]
    pub fn act_nearly(&self, full_name: &str) -> Option<&str> {
        let near = |known: &&String| distance(known, full_name);
        let ends = |known: &&String| known.rsplit(' ').next() == full_name.rsplit(' ').next();
        let best = self
            .acts_by_full_name
            .keys()
            .min_by_key(|k| (near(k), *k))
            .filter(|k| near(k) <= 4);
        best.or_else(|| self.acts_by_full_name.keys().filter(ends).min())
            .map(String::as_str)
    }

    /// The number of a word.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<Word> {
        self.word_ids.get(name).copied()
    }

    /// The word of a number.
    #[must_use]
    pub fn word_name(&self, word: Word) -> &str {
        usize::try_from(word.0)
            .ok()
            .and_then(|n| self.words.get(n))
            .map_or("", String::as_str)
    }

    /// The number of a field's name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldId> {
        self.field_ids.get(name).copied()
    }

    /// The name of a field.
    #[must_use]
    pub fn field_name(&self, field: FieldId) -> &str {
        self.fields.get(field.index()).map_or("", String::as_str)
    }

    /// The act that states a fact, and its field.
    #[must_use]
    pub fn fact(&self, number: u16) -> (ActId, FieldId) {
        self.facts
            .get(usize::from(number))
            .copied()
            .unwrap_or((ActId(0), FieldId(0)))
    }

    /// The counting machine of a pack under a convention.
    #[must_use]
    pub fn counter(&self, pack: PackId, convention: ConventionId) -> Counter<'_> {
        self.counter_with(pack, &self.convention(convention).choices)
    }

    /// The counting machine of a pack under given choices.
    #[must_use]
    pub fn counter_with<'a>(&'a self, pack: PackId, choices: &'a Choices) -> Counter<'a> {
        let pack = self.pack(pack);
        let calendar = pack.calendar.and_then(|n| self.calendars.get(n));
        Counter {
            choices,
            calendar,
            zone: &pack.zone,
        }
    }

    /// The pack of a full name.
    #[must_use]
    pub fn pack_named(&self, name: &str) -> Option<PackId> {
        let at = self.packs.iter().position(|pack| pack.name == name)?;
        u16::try_from(at).ok().map(PackId)
    }

    /// A name of some kind as a pack sees it.
    #[must_use]
    pub fn find(&self, kind: Kind, pack: PackId, name: &str) -> Option<u16> {
        self.names.find(kind, pack, name)
    }

    /// The rendering of a passage, `CPL 91(1)`, as a pack sees it.
    #[must_use]
    pub fn passage(&self, pack: PackId, citation: &str) -> Option<&Passage> {
        let uses = self.names.uses(pack);
        std::iter::once(&pack)
            .chain(uses)
            .find_map(|p| self.passages.get(*p, citation))
    }

    /// The zone of the acts of a pack.
    #[must_use]
    pub fn zone(&self, pack: PackId) -> &TimeZone {
        &self.pack(pack).zone
    }

    /// Reads an expression in the scope of a mapping: names are facts of a case file.
    ///
    /// # Errors
    /// What was found and expected, and where.
    pub fn read_for_mapping(&self, pack: PackId, cursor: &mut Cursor<'_>) -> Read<Expression> {
        let scope = Scope {
            mapping: true,
            ..Scope::default()
        };
        Ok(Reader::new(self, pack, &scope).value(cursor)?.0)
    }

    /// The words of a value of a closed list, as the field declares them.
    #[must_use]
    pub fn word_label<'t>(&self, word: Word, ty: &'t Type) -> Option<&'t Words> {
        match ty {
            Type::OneOf(words) => words
                .iter()
                .find(|(w, _)| *w == word)
                .map(|(_, words)| words),
            _ => None,
        }
    }

    /// The hash of a pack's files, hexadecimal; shared by everything that is computed from it.
    #[must_use]
    pub fn hash_of(&self, pack: PackId) -> Arc<str> {
        self.pack(pack).hash.clone()
    }
}
