"""What a stack costs a month, in US dollars at list prices: from what its resources want, without asking anybody. Pure.

Each kind of resource has a file that says what of it is paid for, and how much of that: the least, and the most that
autoscaling comes to. `prices.yaml` says what a unit of it costs. What depends on use alone (traffic, messages, logs) is named
with its price and counts nothing; what has no price is named, too, and never passes for free.
"""
