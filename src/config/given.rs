//! Values as they were given, by the file or by flags, each with its place; and their way into groups of keys.

use std::collections::BTreeMap;

use tandem_shards::keys::{Form, Group, KeyInfo, items};

use super::problem::{Place, Problem};
use super::value::nearest;

/// Items of a list: of addresses, CPUs or keyspaces. All are compared with each other, so their number has a limit.
pub const ITEMS_MAX: usize = 256;

/// Everything that was given, and everything that could not be taken.
#[derive(Debug, Default)]
pub struct Given {
    values: BTreeMap<String, GivenValue>,
    /// Values and keys that were refused so far.
    pub problems: Vec<Problem>,
}

/// The value of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenValue {
    /// Its place.
    pub place: Place,
    /// Its items, or its one text; of a list that is too long only the beginning.
    pub items: Vec<String>,
    /// The place of each item, where they are known.
    pub places: Vec<Place>,
    /// The number of items that were given.
    pub count: usize,
}

impl GivenValue {
    /// A value that stands at one place.
    pub fn at(place: Place, items: Vec<String>) -> GivenValue {
        GivenValue { place, count: items.len(), items, places: Vec::new() }
    }
}

impl Given {
    /// Takes a value in the place of one that was given before.
    pub fn put(&mut self, path: String, value: GivenValue) {
        self.values.insert(path, value);
    }

    /// Reads all keys of a group. A value that is refused leaves the default, and a problem.
    pub fn read<G: Group>(&mut self) -> G {
        let mut group = G::default();
        for key in G::keys() {
            let Some(value) = self.values.get(&key.info.path()).cloned() else { continue };
            if value.count > ITEMS_MAX {
                let place = value.place.clone();
                let (key, shown) = (key.info.path(), Some(format!("{} items", value.count)));
                let reason = format!("must be at most {ITEMS_MAX}");
                self.problems.push(Problem { place, key, value: shown, reason });
                continue;
            }
            let mut faults = Vec::new();
            (key.read)(&mut group, &value.items, &mut faults);
            for fault in faults {
                let text = fault.item.map_or(value.items.first(), |item| value.items.get(item));
                let text = text.map_or("", String::as_str);
                let hint = nearest(text, &key.info.shape.choices);
                self.refuse_item(&key.info, fault.item, fault.reason + &hint);
            }
        }
        group
    }

    /// Refuses a value for its meaning together with others.
    pub fn refuse(&mut self, key: &KeyInfo, reason: impl Into<String>) {
        self.refuse_item(key, None, reason);
    }

    /// Refuses one item of a list.
    pub fn refuse_item(&mut self, key: &KeyInfo, item: Option<usize>, reason: impl Into<String>) {
        let path = key.path();
        let absent = || GivenValue::at(Place::Default, items(key.shape.form, key.default));
        let value = self.values.get(&path).cloned().unwrap_or_else(absent);
        let place = item.and_then(|item| value.places.get(item)).unwrap_or(&value.place).clone();
        let shown = match item.and_then(|item| value.items.get(item)) {
            Some(item) => item.clone(),
            None if key.shape.form == Form::List => format!("[{}]", value.items.join(", ")),
            None => value.items.concat(),
        };
        let shown = if key.shape.is_secret { masked(&shown) } else { shown };
        self.problems.push(Problem { place, key: path, value: Some(shown), reason: reason.into() });
    }

    /// True if the value of a key was refused: it is no use to compare it with others.
    pub fn is_refused(&self, key: &KeyInfo) -> bool {
        let path = key.path();
        self.problems.iter().any(|problem| problem.key == path)
    }
}

/// A value without its password, if there is one.
fn masked(text: &str) -> String {
    text.rsplit_once('@').map_or(text.to_owned(), |(_, rest)| format!("***@{rest}"))
}
