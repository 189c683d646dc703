//! Run files and data sets: parse, check, point at the line, split
