//! Text without IO: templates, segmentation, protected spans, synonyms, similarity, diffs and token estimates.
