"""Stand-ins for programs that builds call, over the emulated clouds: they read the same arguments and end as the real ones would."""
