#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tandem_fuzz::bodies::Target::named("bencode").run(input));
