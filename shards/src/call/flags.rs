//! Sets of flags that are stored by name: each flag is one line, and none can be forgotten by what writes them.

/// Defines a struct of booleans and the list of their names.
macro_rules! flags {
    ($(#[$doc:meta])* $name:ident { $($(#[$flag_doc:meta])* $flag:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$flag_doc])* pub $flag: bool,)*
        }

        impl $name {
            /// The stable names, in the order of [`Self::values`].
            pub const NAMES: &[&str] = &[$(stringify!($flag)),*];

            /// The flags in the order of their names.
            pub fn values(&self) -> [bool; Self::NAMES.len()] {
                [$(self.$flag),*]
            }

            /// The flags from their values in the order of their names.
            pub fn of([$($flag),*]: [bool; Self::NAMES.len()]) -> Self {
                $name { $($flag),* }
            }
        }
    };
}

pub(crate) use flags;
