"""What is made of a gap in the knowledge folder: questions for an article, or a new one; for review, never silently."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from topay_bot.errors import KnowledgeError
from topay_bot.knowledge import variants
from topay_bot.knowledge.exchange import write_all
from topay_bot.knowledge.proposing import Proposal, propose
from topay_bot.learning.findings import Gap

QUESTIONS = 12  # of a language that go into an article: about as many as one needs


@dataclass(frozen=True, slots=True)
class GapChange:
    """A gap's questions joined to `article`, or, `new`, drafted as an article of that id."""

    gap: Gap
    article: str
    new: bool
    category: str | None = None  # of a new one: by default what its id begins with
    chosen: frozenset[str] | None = None  # the keys of the wordings to take; by default the QUESTIONS most frequent

    def contents(self, root: Path) -> dict[Path, str]:
        """The files as they would become. Raises KnowledgeError when there is nothing to change, or it cannot be."""
        questions = self.gap.questions(QUESTIONS, self.chosen)
        if self.new:
            return variants.draft(root, self.article, questions, self.category)
        return variants.join(root, self.article, questions)

    def patch(self, root: Path) -> str:
        """As `git apply` and `patch -p1` take it, with paths from the knowledge folder on."""
        return variants.unified_diff(root, self.contents(root))

    def propose(self, root: Path, branch: str, by: str) -> Proposal:
        """As a commit on a new branch; see knowledge.proposing."""
        return propose(root, self.patch(root), branch, self._message(), by)

    def write(self, root: Path) -> list[Path]:
        """Write the drafts of a new article into the folder; what is there already only changes by review."""
        if not self.new:
            raise KnowledgeError("questions for an article that is there are handed over as a patch or on a branch")
        contents = self.contents(root)
        write_all(contents, str(root))
        return sorted(contents)

    def _message(self) -> str:
        done = f"Draft {self.article}" if self.new else f"Add questions to {self.article}"
        asked = " ".join(self.gap.question.split())
        return f"knowledge: {done}.\n\n{self.gap.customers} customers asked in vain, such as: {asked}\n"
