std = "lua54"
max_line_length = 78
-- "not (x >= y)" is not "x < y": it is true of a NaN.
ignore = {"581"}
files["spec"] = {std = "+busted"}
-- `make modules` writes them, a file a line.
files["rockspec"] = {std = "rockspec", max_line_length = false}
-- It watches every coroutine that is made.
files[".ci/stress.lua"] = {ignore = {"122"}}
