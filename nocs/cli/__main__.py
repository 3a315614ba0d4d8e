from nocs.cli import main

main()
