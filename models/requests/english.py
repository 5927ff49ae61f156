"""English: its cues, in the notation of models.requests.cues."""

CUES = """
more    sentence  i/we want/need/prefer/enjoy/fancy/love/like/adore/wish
more    sentence  i/we/id [/would/could] like/love/prefer/enjoy/use | i/we feel like | im/am into
more    sentence  ive/[i have] been into | i/we do like/love/want/need | i am into/after/[in the market for]
more    sentence  i/we care about | i/we/ive (have) started
more    sentence  im/[i am] [interested in/fond of/keen on/curious about/in the market for]
more    sentence  im/[i am/we are] looking/searching/shopping/hunting/browsing for
more    sentence  [let me/lets/can i/can we/could i/could we/may i] get/see/have/find
more    sentence  show/give/send/find/get/bring/recommend/suggest/offer me/us | tell me (more) about
more    sentence  keep showing/sending | i cant/cannot/[can not]/never get enough (of)
more    anywhere  more | looking/searching/shopping/hunting for | interested in | nothing but
more    anywhere  not only/just/merely/simply | lots/plenty of | a (big/huge) fan of
more    anywhere  learn/hear/read/see/know more about | focus on | back to
more    head      rather/want/wanna/need/prefer/show/recommend/suggest/only/now/yes/extra
more    after     want/need/like/love/enjoy/prefer/see/get/buy | care about/for | into | show/recommend/suggest
more    tail      yes | instead
less    sentence  i/we hate/dislike/detest/loathe/despise | i/we cant/cannot/[can not] stand/bear
less    sentence  i/we/ive (have) had enough (of) | im/[i am/we are] tired/sick/bored/weary of/with/by
less    sentence  im/[i am/we are] [fed up with/sick and tired of]
less    anywhere  less/fewer/without/except/minus/excluding | except for | instead of | rather than | in place of
less    anywhere  as opposed to | apart/aside from | other than | anything/everything/all but | too much/many
less    anywhere  tired/sick/bored of/with/by | fed up with | cut down/back on | tone down | go easy on
less    anywhere  had enough of | allergic to | afraid/scared of
less    head      hate/dislike/avoid/skip/reduce/limit | enough (of/with)
less    after     hate/dislike/mind | enough (of)
less    tail      bore/bores/annoy/annoys/scare/scares/disgust/disgusts me | is/are boring
less    tail      isnt/[is not] my thing/[for me]
mute    tail      off/[out of] my feed/list/page/timeline/recommendations/suggestions
forget  sentence  i/we/ive/im/[i am/i have/we are/we have] done/finished/through
forget  sentence  i/we/ive/im/[i am/i have/we are/we have] done/finished/through (with) shopping/looking/searching for
forget  sentence  i/we/ive/im/[i am/i have/we are/we have] done/finished/through [with/(with) buying/reading about]
forget  sentence  i/we/ive (have) bought/ordered/purchased/found | i/we/ive (have) (already) finished/completed/quit
forget  sentence  i/we/ive (have) already have/own/got/bought/ordered/purchased/found/had
forget  sentence  already have/own/got/bought | i/we dont/[do not] need | i need no (more)
forget  sentence  (i/we/ive) (already) have enough (of) | im/[i am] over | im/[i am] not in the market for
forget  sentence  i/we/ive (have) moved on from | i/we/ive (have) stopped/[given up/gave up] (on)
forget  sentence  i used to like/love/enjoy
forget  anywhere  done/finished/through with | done/finished shopping/looking/buying (for) | no need for
forget  head      done/finished | forget (about) | got | bought
forget  after     done/finished | forget (about)
mute    sentence  stop/quit showing/recommending/suggesting/sending/offering/pushing/giving | stop with | get rid of
mute    head      mute/hide/block/ban/silence/ignore/stop/blacklist/banish/remove | filter out
mute    after     mute/hide/block/ban/silence/ignore/stop | stop showing/recommending/suggesting
unmute  sentence  stop hiding/muting/blocking/ignoring | start/resume/restart showing/recommending/suggesting
unmute  head      unmute/unhide/unblock/allow | bring back
unmute  after     unmute/unhide/unblock | bring back
again   tail      again
not     sentence  i/we dont/wont/[do not/will not] | im/[i am/we are] not | i/we wouldnt/[would not] | please dont
not     sentence  i/we/id (would) rather not | i/we have no interest in
not     anywhere  no/not/dont/neither/zero | do not | none of | no thanks/[thank you] (to)
not     anywhere  nothing about/from/on/with/like/of
never   sentence  i/we never | dont/[do not] ever | under no circumstances
never   anywhere  never (ever) (again)
never   tail      ever (again)
over    sentence  i/we/im/[i am/we are] no longer
over    anywhere  no longer
join    anywhere  and/or/nor | as well as
none    anywhere  (no/not) more/less/fewer than | more or less | no one | no name | now and then
break   anywhere  but/however/although/though/whereas | but also/rather/instead
cut     head      i/we/im/a/an/the/some/any/all/my/our/hi/hello/hey/ok/okay/please
cut     head      also/just/really/honestly/actually/maybe/well/so/then/even/much/many/way/today/currently/lately/ive/id
cut     head      i am | a bit/little/lot (of) | right now | from now on | at the moment | i think/guess
cut     head      what/how about | anything/everything/something/things/stuff about/[related to]
cut     head      can/could/would/will you | both/either
cut     after     of/about/for/on/in/with/at/to/me/us
cut     after     you/only/anything/something/everything/things/stuff/have/from/related | it when/if you
cut     after     to see/buy/get/have/find/try/read/watch/learn/hear/do (about/of/from)
cut     after     seeing/buying/getting/reading/watching/hearing/doing/showing (about/of/from) | interest in
cut     after     shopping for | [that i/what i] [looked at/searched for/looked for/said about] | my searches for
cut     after     items/products/content/posts/articles about/for/on/with/like/from/of
cut     after     recommendations/suggestions/ideas/news about/for/on/with/like/from/of
cut     tail      please/only/already/anymore/too/also/either/thanks/stuff/things/now/today/etc/content
cut     tail      any more/longer | as well | thank you | at all | for now | for me | right now | these days
cut     tail      from/in/on my feed/list/page/timeline/recommendations/suggestions | at the moment | from now on
cut     tail      would be nice/great/good/better | so much | a lot | and so on
"""
ADVERBS = """really just also please now still so always actually definitely totally even only very"""
EMPTY = """it this that these those them they he she one ones anything everything something nothing all things stuff me
you us i we am is are be do to of for the a an and so much same here else"""
