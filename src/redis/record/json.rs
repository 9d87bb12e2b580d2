//! Writes the JSON of a record: objects, lists and strings, nothing else.

use std::fmt::{Display, Write as _};

use super::fields::escape;

/// A JSON text that grows.
#[derive(Debug, Default)]
pub(super) struct Json {
    out: String,
}

impl Json {
    pub(super) fn new() -> Json {
        Json { out: "{".to_owned() }
    }

    /// The whole text; everything else must be closed by now.
    pub(super) fn finish(mut self) -> String {
        self.out.push('}');
        self.out
    }

    /// Opens an object under a name.
    pub(super) fn object(&mut self, name: impl Display) {
        self.name(name);
        self.out.push('{');
    }

    /// Opens a list of objects under a name.
    pub(super) fn objects(&mut self, name: &str) {
        self.name(name);
        self.out.push('[');
    }

    /// Opens an object inside a list.
    pub(super) fn item(&mut self) {
        self.comma();
        self.out.push('{');
    }

    /// Closes an object.
    pub(super) fn close(&mut self) {
        self.out.push('}');
    }

    /// Closes a list of objects.
    pub(super) fn close_list(&mut self) {
        self.out.push(']');
    }

    /// A string that needs no escapes: a number, an endpoint.
    pub(super) fn plain(&mut self, name: &str, value: impl Display) {
        self.name(name);
        write!(self.out, "\"{value}\"").expect("a string takes all");
    }

    /// A string of any bytes.
    pub(super) fn text(&mut self, name: &str, bytes: &[u8]) {
        self.name(name);
        self.quoted(bytes);
    }

    /// A flag, left out when it is not set.
    pub(super) fn flag(&mut self, name: &str, set: bool) {
        if set {
            self.plain(name, 1);
        }
    }

    /// A list of strings that need no escapes.
    pub(super) fn list<T: Display>(&mut self, name: impl Display, values: impl IntoIterator<Item = T>) {
        self.name(name);
        self.out.push('[');
        for value in values {
            self.comma();
            write!(self.out, "\"{value}\"").expect("a string takes all");
        }
        self.out.push(']');
    }

    /// A list of strings of any bytes.
    pub(super) fn texts<'v>(&mut self, name: &str, values: impl IntoIterator<Item = &'v [u8]>) {
        self.name(name);
        self.out.push('[');
        for value in values {
            self.comma();
            self.quoted(value);
        }
        self.out.push(']');
    }

    fn name(&mut self, name: impl Display) {
        self.comma();
        write!(self.out, "\"{name}\":").expect("a string takes all");
    }

    fn quoted(&mut self, bytes: &[u8]) {
        self.out.push('"');
        escape(bytes, &mut self.out);
        self.out.push('"');
    }

    fn comma(&mut self) {
        if !self.out.ends_with(['{', '[', ':']) {
            self.out.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn writes_what_a_json_reader_reads() {
        let mut json = Json::new();
        json.object("a-0");
        json.plain("n", 5);
        json.text("t", b"q\"{[:");
        json.flag("set", true);
        json.flag("unset", false);
        json.close();
        json.list("l", [1, 2]);
        json.list("e", [0u8; 0]);
        json.texts("t", [b"a".as_slice(), b"%"]);
        json.objects("o");
        json.item();
        json.close();
        json.item();
        json.plain("x", "y");
        json.close();
        json.close_list();
        let text = json.finish();
        let expected = "{\"a-0\":{\"n\":\"5\",\"t\":\"q%22{[:\",\"set\":\"1\"},\"l\":[\"1\",\"2\"],\"e\":[],\
            \"t\":[\"a\",\"%25\"],\"o\":[{},{\"x\":\"y\"}]}";
        assert_eq!(text, expected);
        serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON");
    }
}
