//! How parents are drawn and survivors kept. Each method is tested against its exact selection probabilities.
