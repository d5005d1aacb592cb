-- How large the pictures of a question are shown to the model. Kept with the question: later prompts must begin with
-- the very same tokens, so that what was read is not read again.
-- Until now pictures were shown as large as the model sees: 'high' is what the questions that are there were asked with,
-- and what an answer that was journalled before must find when it goes on. New rows always name theirs.
ALTER TABLE messages ADD COLUMN picture_detail TEXT NOT NULL DEFAULT 'high' CHECK (picture_detail IN ('low', 'auto', 'high'));
