//! Keys of the configuration, each defined in one place.
//!
//! A group of keys is a struct that [`keys!`](crate::keys!) defines: every field has its help text (the doc comment),
//! its name in the configuration, the [`Reader`] of its values with their limits, and its default. Defaults, flags,
//! help, the default file, the man page, completions and the table in the documentation all come from these rows, so
//! that a new key is one row and its use.
//!
//! Groups of the data plane stand here ([`Settings`](crate::settings::Settings)), those of the daemon in its
//! `config/keys.rs`.

use std::marker::PhantomData;
use std::time::Duration;

/// The form of a value in the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `true` or `false`.
    Switch,
    /// A whole number.
    Whole,
    /// A number with or without decimals.
    Decimal,
    /// A text.
    Text,
    /// A list of texts and numbers; in one text they are divided by `;`, as rtpengine's are.
    List,
}

/// The outside of a reader: everything that documents it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The form in the file.
    pub form: Form,
    /// The placeholder of a value in help texts.
    pub value_name: &'static str,
    /// The values that are taken, in words; empty for all of the form.
    pub limits: String,
    /// All words that are taken, if there are only some.
    pub choices: Vec<&'static str>,
    /// True for values that may hold a password.
    pub is_secret: bool,
}

/// A value that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The item of a list that is to blame.
    pub item: Option<usize>,
    /// The reason, and what would be right.
    pub reason: String,
}

/// A reader of one kind of values.
pub trait Reader {
    /// The type of what is read.
    type Value;

    /// The outside of the reader.
    fn shape(&self) -> Shape;

    /// Reads a value: one text, or one for each item of a list.
    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<Self::Value>;
}

/// The part of a key that lists show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The table of the file; empty for the top.
    pub table: &'static str,
    /// The name within the table.
    pub name: &'static str,
    /// Another name of the flag.
    pub alias: Option<&'static str>,
    /// The help text.
    pub help: &'static str,
    /// The default, as a flag would give it.
    pub default: &'static str,
    /// The values.
    pub shape: Shape,
}

impl KeyInfo {
    /// The name with the table, as errors show it: `redis.url`.
    pub fn path(&self) -> String {
        if self.table.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.table, self.name) }
    }

    /// The name of the flag without hyphens before it: `redis-url`.
    pub fn flag(&self) -> String {
        self.path().replace('.', "-")
    }
}

/// A key of a group.
pub struct Key<G> {
    /// The part that lists show.
    pub info: KeyInfo,
    /// Reads a value into its field, which stays as it is if the value is refused.
    pub read: fn(&mut G, &[String], &mut Vec<Fault>),
}

impl<G> std::fmt::Debug for Key<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.info.fmt(f)
    }
}

/// A group of keys.
pub trait Group: Default {
    /// Its keys in their order.
    fn keys() -> Vec<Key<Self>>;
}

/// Divides a text into the items of a value.
pub fn items(form: Form, text: &str) -> Vec<String> {
    match form {
        Form::List => text.split(';').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect(),
        _ => vec![text.to_owned()],
    }
}

/// Reads a default, which a test of every group shows to be right.
pub fn default_of<R: Reader>(reader: &R, text: &str) -> R::Value {
    let mut faults = Vec::new();
    let value = reader.read(&items(reader.shape().form, text), &mut faults);
    value.unwrap_or_else(|| panic!("the default {text:?}: {faults:?}"))
}

fn one<T>(
    items: &[String],
    faults: &mut Vec<Fault>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    match read(items.first().map_or("", String::as_str)) {
        Ok(value) => Some(value),
        Err(reason) => {
            faults.push(Fault { item: None, reason });
            None
        }
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug)]
pub struct Switch;

impl Reader for Switch {
    type Value = bool;

    fn shape(&self) -> Shape {
        let limits = "true or false".to_owned();
        Shape { form: Form::Switch, value_name: "BOOL", limits, choices: Vec::new(), is_secret: false }
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<bool> {
        one(items, faults, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err("must be true or false".to_owned()),
        })
    }
}

/// A whole number within limits.
#[derive(Clone, Copy, Debug)]
pub struct Whole<T> {
    value_name: &'static str,
    least: i128,
    most: i128,
    kind: PhantomData<T>,
}

impl<T> Whole<T> {
    /// A number from least to most.
    pub const fn new(value_name: &'static str, least: i128, most: i128) -> Self {
        Whole { value_name, least, most, kind: PhantomData }
    }

    /// Limits so high that nobody reaches them are not worth a word.
    fn limits(&self) -> String {
        if self.most < i128::from(u32::MAX) {
            format!("{} to {}", self.least, self.most)
        } else {
            format!("at least {}", self.least)
        }
    }
}

impl<T: TryFrom<i128>> Reader for Whole<T> {
    type Value = T;

    fn shape(&self) -> Shape {
        Shape {
            form: Form::Whole,
            value_name: self.value_name,
            limits: self.limits(),
            choices: Vec::new(),
            is_secret: false,
        }
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<T> {
        let within = |number: &i128| (self.least..=self.most).contains(number);
        one(items, faults, |text| {
            let number = text.parse().ok().filter(within).and_then(|number| T::try_from(number).ok());
            number.ok_or_else(|| format!("must be {}", self.limits()))
        })
    }
}

/// A length of time in whole units.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    unit: Duration,
    number: Whole<u32>,
}

impl Time {
    /// Seconds, at least so many.
    pub const fn seconds(least: u32) -> Time {
        Time { unit: Duration::from_secs(1), number: Time::number("SECONDS", least) }
    }

    /// Milliseconds, at least so many.
    pub const fn milliseconds(least: u32) -> Time {
        Time { unit: Duration::from_millis(1), number: Time::number("MILLISECONDS", least) }
    }

    const fn number(value_name: &'static str, least: u32) -> Whole<u32> {
        Whole::new(value_name, least as i128, u32::MAX as i128)
    }
}

impl Reader for Time {
    type Value = Duration;

    fn shape(&self) -> Shape {
        self.number.shape()
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<Duration> {
        self.number.read(items, faults).map(|number| self.unit * number)
    }
}

/// A number with decimals, from 0 to a limit.
#[derive(Clone, Copy, Debug)]
pub struct Decimal(pub &'static str, pub f64);

impl Reader for Decimal {
    type Value = f64;

    fn shape(&self) -> Shape {
        let Decimal(value_name, most) = *self;
        let limits = format!("0 to {most}");
        Shape { form: Form::Decimal, value_name, limits, choices: Vec::new(), is_secret: false }
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<f64> {
        let number = |text: &str| text.parse().ok().filter(|number| (0.0..=self.1).contains(number));
        one(items, faults, |text| number(text).ok_or_else(|| format!("must be 0 to {}", self.1)))
    }
}

/// One of some words.
#[derive(Clone, Copy, Debug)]
pub struct Choice<T: 'static>(pub &'static str, pub &'static [(&'static str, T)]);

impl<T: Copy> Reader for Choice<T> {
    type Value = T;

    fn shape(&self) -> Shape {
        let choices: Vec<&str> = self.1.iter().map(|(word, _)| *word).collect();
        let limits = choices.join(", ");
        Shape { form: Form::Text, value_name: self.0, limits, choices, is_secret: false }
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<T> {
        one(items, faults, |text| match self.1.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(*value),
            None => Err(format!("must be one of {}", self.shape().limits)),
        })
    }
}

/// A text that a function reads.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<T>(pub &'static str, pub fn(&str) -> Result<T, String>);

impl<T> Reader for Parsed<T> {
    type Value = T;

    fn shape(&self) -> Shape {
        let limits = String::new();
        Shape { form: Form::Text, value_name: self.0, limits, choices: Vec::new(), is_secret: false }
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<T> {
        one(items, faults, self.1)
    }
}

/// A value that may hold a password.
#[derive(Clone, Copy, Debug)]
pub struct Secret<R>(pub R);

impl<R: Reader> Reader for Secret<R> {
    type Value = R::Value;

    fn shape(&self) -> Shape {
        Shape { is_secret: true, ..self.0.shape() }
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<R::Value> {
        self.0.read(items, faults)
    }
}

/// A value that is not given if it is empty or zero.
#[derive(Clone, Copy, Debug)]
pub struct Optional<R>(pub R);

impl<R: Reader> Reader for Optional<R> {
    type Value = Option<R::Value>;

    fn shape(&self) -> Shape {
        self.0.shape()
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<Option<R::Value>> {
        let is_off = match self.0.shape().form {
            Form::Whole | Form::Decimal => items.iter().all(|text| text.parse() == Ok(0.0)),
            _ => items.iter().all(String::is_empty),
        };
        if is_off { Some(None) } else { self.0.read(items, faults).map(Some) }
    }
}

/// A list of different items.
#[derive(Clone, Copy, Debug)]
pub struct List<R>(pub R);

impl<R: Reader<Value: PartialEq>> Reader for List<R> {
    type Value = Vec<R::Value>;

    fn shape(&self) -> Shape {
        Shape { form: Form::List, ..self.0.shape() }
    }

    fn read(&self, items: &[String], faults: &mut Vec<Fault>) -> Option<Vec<R::Value>> {
        let (mut list, before) = (Vec::new(), faults.len());
        for (number, text) in items.iter().enumerate() {
            let mut of_item = Vec::new();
            match self.0.read(std::slice::from_ref(text), &mut of_item) {
                Some(value) if list.contains(&value) => {
                    faults.push(Fault { item: Some(number), reason: "is given twice".to_owned() });
                }
                Some(value) => list.push(value),
                None => faults.extend(of_item.into_iter().map(|fault| Fault { item: Some(number), ..fault })),
            }
        }
        (faults.len() == before).then_some(list)
    }
}

/// Defines a group of keys: a struct with its defaults and its [`Group`].
///
/// A row is the help text, the name, a second name of the flag if there is one, the field with its type, the reader
/// and the default. Fields that no key sets follow behind `fields`.
#[macro_export]
macro_rules! keys {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $group:ident in $table:literal {
            $(
                $(#[doc = $help:literal])+
                $name:literal $(or $alias:literal)? => $field:ident: $kind:ty, $reader:expr, $default:literal;
            )*
        }
        $(fields {
            $( $(#[$plain_attribute:meta])* $plain:ident: $plain_kind:ty = $plain_default:expr; )*
        })?
    ) => {
        $(#[$attribute])*
        $visibility struct $group {
            $( $(#[doc = $help])+ pub $field: $kind, )*
            $( $( $(#[$plain_attribute])* pub $plain: $plain_kind, )* )?
        }

        impl Default for $group {
            fn default() -> Self {
                $group {
                    $( $field: $crate::keys::default_of(&$reader, $default), )*
                    $( $( $plain: $plain_default, )* )?
                }
            }
        }

        impl $crate::keys::Group for $group {
            fn keys() -> Vec<$crate::keys::Key<Self>> {
                vec![$(
                    $crate::keys::Key {
                        info: $crate::keys::KeyInfo {
                            table: $table,
                            name: $name,
                            alias: [$($alias)?].first().copied(),
                            help: concat!($($help),+).trim_ascii(),
                            default: $default,
                            shape: $crate::keys::Reader::shape(&$reader),
                        },
                        read: |group, items, faults| {
                            if let Some(value) = $crate::keys::Reader::read(&$reader, items, faults) {
                                group.$field = value;
                            }
                        },
                    },
                )*]
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<R: Reader>(reader: &R, texts: &[&str]) -> Result<R::Value, Vec<(Option<usize>, String)>> {
        let items: Vec<String> = texts.iter().copied().map(str::to_owned).collect();
        let mut faults = Vec::new();
        let value = reader.read(&items, &mut faults);
        assert_eq!(value.is_some(), faults.is_empty(), "{faults:?}");
        value.ok_or_else(|| faults.into_iter().map(|fault| (fault.item, fault.reason)).collect())
    }

    #[test]
    fn numbers_have_limits() {
        let whole = Whole::<u16>::new("PORT", 1, 65535);
        assert_eq!(read(&whole, &["30000"]), Ok(30000));
        for wrong in ["0", "65536", "-1", "x", "", "1.0"] {
            assert_eq!(read(&whole, &[wrong]), Err(vec![(None, "must be 1 to 65535".to_owned())]), "{wrong}");
        }
        assert_eq!(read(&Time::milliseconds(1), &["250"]), Ok(Duration::from_millis(250)));
        assert_eq!(read(&Time::seconds(1), &["0"]), Err(vec![(None, "must be at least 1".to_owned())]));
        assert_eq!(read(&Optional(Decimal("LOAD", 10.0)), &["0"]), Ok(None));
        assert_eq!(read(&Optional(Decimal("LOAD", 10.0)), &["2.5"]), Ok(Some(2.5)));
        assert!(read(&Decimal("LOAD", 10.0), &["NaN"]).is_err());
    }

    #[test]
    fn each_item_of_a_list_has_its_fault() {
        let list = List(Choice("WORD", &[("a", 1), ("b", 2)]));
        assert_eq!(read(&list, &["b", "a"]), Ok(vec![2, 1]));
        let expected =
            vec![(Some(1), "must be one of a, b".to_owned()), (Some(2), "is given twice".to_owned())];
        assert_eq!(read(&list, &["a", "c", "a"]), Err(expected));
        assert_eq!(items(Form::List, " a; b;;"), ["a", "b"]);
    }
}
