//! Recorded SDP bodies, shared by the tests of the editor.

/// A body, and what rtpengine made of it.
#[derive(Debug)]
pub struct Recording {
    /// Name of the case and number of the step.
    pub name: String,
    /// SDP that came in.
    pub source: Vec<u8>,
    /// SDP that went out.
    pub result: Vec<u8>,
}

impl Recording {
    /// All recordings of `golden/sdp.txt`.
    pub fn all() -> Vec<Recording> {
        let mut recordings: Vec<Recording> = Vec::new();
        let mut line_end = "\r\n";
        for line in include_str!("../golden/sdp.txt").lines() {
            if let Some(title) = line.strip_prefix("=== ") {
                let name = title.strip_suffix(" lf");
                line_end = if name.is_some() { "\n" } else { "\r\n" };
                let name = name.unwrap_or(title).to_string();
                recordings.push(Recording { name, source: Vec::new(), result: Vec::new() });
            } else if let Some(recording) = recordings.last_mut() {
                let (body, end) = match line.as_bytes().first() {
                    Some(b'>') => (&mut recording.source, line_end),
                    Some(b'<') => (&mut recording.result, "\r\n"),
                    _ => continue,
                };
                let content = line[1..].strip_prefix(' ').unwrap_or_default();
                body.extend_from_slice(content.as_bytes());
                body.extend_from_slice(end.as_bytes());
            }
        }
        recordings
    }

    /// True if the proxy asked for edits of its own (`sdp-attr`).
    pub fn has_edits(&self) -> bool {
        self.name == "sdp-attr-1"
    }
}
