//! The behaviour of the real program, one module a topic.

mod floors;
