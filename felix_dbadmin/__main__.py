"""python -m felix_dbadmin"""

from felix_dbadmin.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
