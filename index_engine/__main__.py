from index_engine.cli import main

raise SystemExit(main())
