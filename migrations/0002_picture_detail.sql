-- How large the pictures of a question are shown to the model. Kept with the question: later prompts must begin with
-- the very same tokens, so that what was read is not read again.
ALTER TABLE messages ADD COLUMN picture_detail TEXT NOT NULL DEFAULT 'auto' CHECK (picture_detail IN ('low', 'auto', 'high'));
