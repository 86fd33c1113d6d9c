"""The table of bad inputs."""

from checkpoint_rows import CHECKPOINTS, SAFETENSORS
from command_rows import COMMANDS
from config_rows import CONFIG
from csv_rows import CSV, OTHERS, SEVERAL, STDIN
from convert_rows import CONVERT
from gzip_rows import GZIP
from idx_rows import IDX
from label_rows import LABELS
from npy_rows import NPY
from npz_rows import NPZ, SPARSE
from output_rows import OUTPUTS
from path_rows import PATHS
from picture_rows import PICTURES
from reading_rows import READING
from run_rows import RUNS
from section import Row, Section

SECTIONS = [PATHS, IDX, GZIP, NPY, NPZ, SPARSE, CSV, PICTURES, OTHERS, SEVERAL, STDIN, READING, LABELS, SAFETENSORS,
            CHECKPOINTS, RUNS, CONFIG, COMMANDS, OUTPUTS, CONVERT]


def with_text(text: str) -> list[Section]:
    """Of each section the rows that have the text somewhere."""
    def has(section: Section, row: Row) -> bool:
        return text in section.title or text in row.words or text in row.command
    chosen = []
    for section in SECTIONS:
        part = Section(section.title, command=section.command, file=section.file, code=section.code)
        part.rows = [row for row in section.rows if has(section, row)]
        chosen.append(part)
    return chosen
