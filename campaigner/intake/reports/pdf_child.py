"""The text layer of a PDF file, read in a process of its own: what breaks or swells here breaks nothing else.

Run by its path, and so without anything of campaigner: the file comes by standard input, what it says goes as JSON to
standard output. The reader of PDF is a large program in C++, and files come from strangers.

Usage: python pdf_child.py BYTES SECONDS PAGES CHARACTERS < FILE
"""

import json
import sys


def bound(memory: int, seconds: int) -> None:
    """Give up what this process may take; the system holds it to that, where it can (Windows cannot).

    Args:
        memory: Bytes of addresses.
        seconds: Of work.
    """
    try:
        import resource
    except ImportError:
        return
    wanted = (("RLIMIT_AS", memory), ("RLIMIT_CPU", seconds), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0))
    for name, value in wanted:
        try:
            which = getattr(resource, name)
            _soft, hard = resource.getrlimit(which)
            least = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(which, (least, least))
        except (AttributeError, OSError, ValueError):
            continue


def pages(data: bytes, most: int, characters: int) -> dict[str, object]:
    """What the file says, or why nobody knows: `texts` and `count`, `locked` or `damaged`.

    Args:
        data: The file.
        most: Pages that are read.
        characters: After so many no further page is read.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        said = str(fault)
        locked = "password" in said.lower() or "security" in said.lower()
        return {"locked" if locked else "damaged": said}
    texts: list[str] = []
    total = 0
    for number in range(min(len(document), most)):
        try:
            page = document[number]
            layer = page.get_textpage()
            text = layer.get_text_range()
            layer.close()
            page.close()
        except (pypdfium2.PdfiumError, ValueError, UnicodeError):
            text = ""
        texts.append(text)
        total += len(text)
        if total > characters:
            break
    return {"texts": texts, "count": len(document)}


def main() -> None:
    """Read the file and say what is in it."""
    memory, seconds, most, characters = map(int, sys.argv[1:5])
    data = sys.stdin.buffer.read()
    bound(memory, seconds)
    sys.stdout.write(json.dumps(pages(data, most, characters)))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
