//! Reads Rust without its strings, characters and comments, so that words and braces in these do not count.

/// The same text with everything that is not code turned into spaces. Lines and columns stay what they are.
pub fn code_of(text: &str) -> String {
    let mut scanner = Scanner { rest: text, before: ' ', code: String::with_capacity(text.len()) };
    while !scanner.rest.is_empty() {
        scanner.step();
    }
    scanner.code
}

struct Scanner<'a> {
    rest: &'a str,
    /// The character before `rest`, to tell `r"` from the end of `for"`.
    before: char,
    code: String,
}

impl Scanner<'_> {
    fn step(&mut self) {
        let word_before = self.before.is_alphanumeric() || self.before == '_';
        let length = if self.rest.starts_with("//") {
            self.rest.find('\n').unwrap_or(self.rest.len())
        } else if self.rest.starts_with("/*") {
            block_comment(self.rest)
        } else if self.rest.starts_with('"') {
            quoted(self.rest, '"')
        } else if self.rest.starts_with('\'') {
            character(self.rest)
        } else if !word_before {
            raw_string(self.rest)
        } else {
            0
        };
        if length > 0 {
            self.blank(length);
        } else {
            self.keep();
        }
    }

    fn keep(&mut self) {
        let next = self.rest.chars().next().expect("not at the end");
        self.code.push(next);
        self.advance(next.len_utf8());
    }

    fn blank(&mut self, length: usize) {
        self.code.extend(self.rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.advance(length);
    }

    fn advance(&mut self, length: usize) {
        self.before = self.rest[..length].chars().next_back().unwrap_or(' ');
        self.rest = &self.rest[length..];
    }
}

/// Block comments nest in Rust.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        let rest = &text[at..];
        if rest.is_empty() {
            return at;
        }
        let width = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(0, char::len_utf8)
        };
        at += width;
        if depth == 0 {
            return at;
        }
    }
}

/// The length of what stands in quotes at the start of the text.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A character, or nothing if the quote begins a lifetime.
fn character(text: &str) -> usize {
    let mut next = text.chars().skip(1);
    match (next.next(), next.next()) {
        (Some('\\'), _) => quoted(text, '\''),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 0,
    }
}

/// `r"…"`, `br#"…"#` and their like, or nothing.
fn raw_string(text: &str) -> usize {
    let Some(from_hashes) = ["r", "br", "cr"].iter().find_map(|prefix| text.strip_prefix(prefix)) else {
        return 0;
    };
    let hashes = from_hashes.len() - from_hashes.trim_start_matches('#').len();
    if !from_hashes[hashes..].starts_with('"') {
        return 0;
    }
    let content = text.len() - from_hashes.len() + hashes + 1;
    let end = format!("\"{}", &from_hashes[..hashes]);
    text[content..].find(&end).map_or(text.len(), |at| content + at + end.len())
}

/// True if a word or path stands in the code by itself, not as a part of a longer word.
pub fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(part)
            && !code[at + word.len()..].chars().next().is_some_and(part)
    })
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// Line of its `fn`, from 1.
    pub line: usize,
    /// From there to the closing brace.
    pub lines: usize,
}

/// All functions with a body, also those inside others and inside macros.
pub fn functions(code: &str) -> Vec<Function> {
    let mut functions = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let whole_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let after = code[at + 3..].trim_start();
        let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if !whole_word || name.is_empty() {
            continue;
        }
        if let Some(length) = body_end(&code[at..]) {
            functions.push(Function {
                name,
                line: code[..at].matches('\n').count() + 1,
                lines: code[at..at + length].matches('\n').count() + 1,
            });
        }
    }
    functions
}

/// Offset at which the body ends that belongs to a signature at the start; none for a declaration.
fn body_end(code: &str) -> Option<usize> {
    let mut braces = 0;
    // A `;` inside these is an array's.
    let mut brackets = 0;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if braces == 0 && brackets == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn what_is_not_code_is_blank() {
    let cases = [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        ("x(\"{ \\\" }\") y", "x(        ) y"),
        ("r#\"a \" {\"# + 'b'", "           +    "),
        ("br\"{\" b\"{\"", "      b   "),
        ("for\"x\"", "for   "),
        ("fn f<'a>(x: &'a str) { '{' }", "fn f<'a>(x: &'a str) {     }"),
        ("'\\'' '\\u{7b}' '\u{e9}'", "                 "),
        ("\"two\nlines\" z", "    \n       z"),
    ];
    for (text, code) in cases {
        assert_eq!(code_of(text), code, "{text}");
    }
}

#[test]
fn words_are_whole() {
    for (code, word, found) in [
        ("use std::fs;", "std::fs", true),
        ("use std::fs::File;", "std::fs", true),
        ("unsafe_code", "unsafe", false),
        ("my_unsafe", "unsafe", false),
        ("not_unsafe unsafe {", "unsafe", true),
        ("tandem_shards::io", "tandem", false),
    ] {
        assert_eq!(has_word(code, word), found, "{word} in {code}");
    }
}

#[test]
fn functions_end_at_their_brace() {
    let code = "trait T { fn declared(&self) -> [u8; 4]; }\n\
        fn outer(x: [u8; 2]) -> impl Fn(u8) -> u8\nwhere\n{\n    fn inner() {}\n    { if x { y } }\n}\n\
        type F = fn(u8);\nfn last() {\n}";
    let shown: Vec<_> = functions(code).into_iter().map(|f| (f.name, f.line, f.lines)).collect();
    let expected = [("outer", 2, 6), ("inner", 5, 1), ("last", 9, 2)];
    assert_eq!(shown, expected.map(|(name, line, lines)| (name.to_owned(), line, lines)));
}
