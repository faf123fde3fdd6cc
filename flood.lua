local gop2p=require'gop2p'
gop2p.run(function() local n<close> =gop2p.start_local_node(0) assert(n:connect(5791)) for i=1,3000 do n:broadcast("message "..i) end n:leave() end)
