//! English.

use super::{EchoSentences, Language, Remarks, Sentences};

pub(super) const TABLE: Language = Language {
    code: "en",
    persona: "You are Parley, a friendly voice assistant. Answer the question in one or two short sentences of \
        plain English.",
    names: "ar Arabic, bg Bulgarian, ca Catalan, cs Czech, cy Welsh, da Danish, de German, el Greek, en English, \
        es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fr French, gl Galician, he Hebrew, hi Hindi, \
        hr Croatian, hu Hungarian, hy Armenian, id Indonesian, is Icelandic, it Italian, ja Japanese, ka Georgian, \
        kk Kazakh, ko Korean, lb Luxembourgish, lt Lithuanian, lv Latvian, ml Malayalam, nb Norwegian, ne Nepali, \
        nl Dutch, nn Norwegian, no Norwegian, pl Polish, pt Portuguese, ro Romanian, ru Russian, sk Slovak, sl \
        Slovenian, sr Serbian, sv Swedish, sw Swahili, ta Tamil, te Telugu, th Thai, tr Turkish, uk Ukrainian, ur \
        Urdu, vi Vietnamese, zh Chinese",
    another: "another language",
    and: "and",
    leading: "a about an and are as at because but by can could for from had has have how i i'd i'll i'm if in \
        into is like maybe my of on or our please she should so than that the their then these they to \
        uh um until was we were what's when where which while who will with would you your",
    frequent: "after all am any be been before big calculate called convert day describe did divided do does down \
        during explain far get give go good he hello her here hey hi him his it joke know last long make many me \
        mean means minus more morning most much name need next night no not now often old only out over percent \
        play plus poem raining say some song spell story tall tell thank thanks them there think this those time \
        times today tomorrow translate up us want weather week what why won word write year years yes yesterday",
    sentences: Sentences {
        did_not_hear: "Sorry, I could not hear that. Please say it again.",
        no_answer: "Sorry, I have no answer to that.",
        cannot_hear: "I cannot understand speech at the moment. I am trying to get it working again.",
        cannot_think: "I cannot think of answers at the moment. I am trying to get it working again.",
        did_not_work: "Sorry, that did not work.",
        too_many_steps: "Sorry, that takes more steps than I can manage.",
        too_long: "That is too long for me. Please ask about a part of it.",
        nothing_yet: "I have not said anything yet.",
        that_was_all: "That was all.",
        other_language: "I think you spoke {spoken}, but I only speak {known}.",
        language_of_settings: "My settings say that people speak {spoken} with me, but I only speak {known}.",
        not_sure: "But I am not sure of that.",
        doubts: "not sure, not certain, unsure, i do not know, i dont know, no idea, i cannot, i cant, i am unable, im unable, nobody knows",
        bad_settings: "Some of my settings cannot be used, so I go on without them.",
        other_models: "The models that my settings name are not there, so I use those that I came with.",
        no_microphone: "My microphone is not there. I cannot hear anybody until it is plugged in.",
        half_duplex: "I cannot hear you while I speak. To stop me, say stop between two sentences.",
        echo: EchoSentences {
            no_sound: "My microphone delivers no sound. Please plug it in again.",
            microphone: "My microphone does not sound right. Please look at its cable and its level.",
            not_heard: "My microphone does not hear my loudspeaker. Please look whether that is plugged in.",
            loopback: "My microphone hears what my loudspeaker is given, and not the room. Please choose another one.",
            clips: "My loudspeaker is too loud for my microphone. Please turn it down, or put the two further apart.",
            late: "My loudspeaker plays too late for me to tell my own voice. Please connect it by a cable.",
            clocks: "My microphone and my loudspeaker do not keep the same time. Please use one card for both.",
            stays: "I hear too much of my own voice. Please turn my loudspeaker down, or put it further from my microphone.",
        },
        lesson_begins: "Say the name five times, each time after the tone.",
        lesson_learnt: "Learnt. From now on I also listen to {name}.",
        lesson_stopped: "All right, then I learn nothing.",
        lesson_unheard: "I could not hear a name. To try again, ask me to learn a new wake word.",
        lesson_silent: "One of those was hardly louder than the room. Please come nearer, and ask me again.",
        lesson_length: "One of those was too short or too long for a name. Please ask me again.",
        lesson_different: "Those did not all sound alike. Please ask me again, and say the same name each time.",
        lesson_not_here: "Nobody has to call me here, so I need no name.",
        word_forgotten: "I no longer listen to {name}.",
        word_unknown: "Nobody has taught me that name.",
    },
    remarks: Remarks {
        rules: &[
            ("it", "it|that|this"),
            (
                "its",
                "it's|that's|it'd be|that'd be|<it> (is|was|would be|[really|certainly|definitely|all] (sounds|\
                    seems|looks|feels))|sounds|seems|looks|feels",
            ),
            (
                "very",
                "very|really|so|quite|pretty|rather|totally|absolutely|completely|perfectly|entirely|just|actually|\
                    truly|super|honestly|certainly|definitely|most|incredibly|extremely|fairly|probably|exactly|\
                    always|also|both|(kind|sort) of|such|pretty much|very much",
            ),
            (
                "right",
                "right|true|correct|fair|fine|ok|okay|alright|all right|clear|logical|reasonable|sensible|plausible|\
                    convincing|obvious|understandable|accurate|valid|legit|settled|possible|likely|certain",
            ),
            (
                "good",
                "good|great|nice|cool|neat|amazing|awesome|awful|beautiful|bizarre|brilliant|clever|crazy|creepy|\
                    curious|cute|delightful|dreadful|excellent|exciting|extraordinary|fabulous|fantastic|\
                    fascinating|funny|genius|gorgeous|handy|helpful|hilarious|horrible|huge|ideal|impressive|\
                    incredible|informative|ingenious|insane|interesting|intriguing|lovely|mad|magnificent|marvelous|\
                    marvellous|mind blowing|mindblowing|odd|outstanding|perfect|phenomenal|practical|pretty|\
                    reassuring|remarkable|sad|scary|shocking|sick|smart|special|spectacular|splendid|strange|\
                    stunning|super|superb|surprising|sweet|terrible|terrific|terrifying|tragic|unbelievable|\
                    unexpected|unfortunate|unreal|unusual|useful|weird|wicked|wild|wise|wonderful|epic|fun|rad|dope|\
                    lit|exactly right|spot on|too bad|not bad|not too bad|good news",
            ),
            (
                "thing",
                "point|idea|one|question|thinking|stuff|fact|job|work|answer|example|story|news|call|way to put it|\
                    thought|to know|to hear|advice|tip|suggestion|observation|choice|trick|plan|approach|way|guess|\
                    comparison|explanation|memory|reason|point to make",
            ),
            (
                "talking",
                "talking|speaking|reading|explaining|chatting|answering|babbling|rambling|yapping|blabbering|going \
                    on|it|that|this",
            ),
            ("moment", "moment|minute|second|sec|tick|mo"),
            ("while", "(a|one|just a) [little|short] (<moment>|bit|while)|a few (seconds|moments|minutes)"),
            (
                "last",
                "the|your|that|the last|your last|the last (part|bit) of (the|your)|the previous|the whole|that \
                    whole",
            ),
            ("said", "you [just|have just|were] (said|say|told me|saying)|you've just said"),
            ("again", "again|once (more|again)|one more time"),
            (
                "not_hear",
                "(didn't|did not|couldn't|could not) [quite|really] (hear|catch|get|understand|follow|make out)",
            ),
            ("your_voice", "[the|your] (volume|voice|sound)"),
            ("you_are", "(you're|you are|you were) [speaking|talking|being]|you sound|your voice is|the volume is"),
            ("youre", "<you_are>|it's|that's|<it> (is|was)"),
            ("wake_word", "wake word|wakeword|wake up word|wakeup word|activation word|hot word|hotword"),
        ],
        stop: "(stop|quit|cease|stopping) [<talking> [it|that|this|to me]|there|right there|here|where you are|the \
            answer|your answer|the (story|explanation)], (shut up|be quiet|be silent|shut it|hush|zip it), [keep|\
            stay|remain] (quiet|silent), [a bit of] silence, (shush|sh|shh|shhh) [you], hush up, pipe down, cut (it|\
            that) out, knock (it|that) off, give it a rest, hold your tongue, shut your mouth, enough [already|said|\
            of (that|this|it)|talking], I (don't|do not) want to hear (any more|anymore|anything else|another word), \
            you talk too much, (I'm|we're|you're) done [here|with (it|that|this)], (that's|that is) plenty, (that's|\
            that is) [quite|more than|really|just about] enough [of (that|this|it)|talking], (that will|that'll) \
            (do|be all|be enough), (that's|that is) (it|all [I (need|needed|wanted) [to know]]), no more [talking|of \
            (that|this)], not another word, halt, (don't|do not) (talk|speak|answer|say (anything|another word) \
            [else|more]) [any more|anymore], (I've|I have) (heard|had) [quite] enough [of (that|this|it)], not now, \
            (we can|can we) stop [here|there|it|this|that], leave me alone, leave me in peace, spare me [the (rest|\
            details)], stop please stop",
        patience: "wait [up] [[for] <while>], hold (on|it|up) [[for] <while>], hang on [[for] <while>], hold (your \
            horses|that thought), [just] one <moment>, just a <moment>, give me [just] (a|one) <moment> [to think], \
            bear with me, not so fast, pause [it|that|this|there|here|the answer|your answer], let me (think|finish|\
            speak|talk|interrupt [you]|say something|get a word in) [about (it|that)], time out, (take|let's take) a \
            (break|pause)",
        retract: "never mind [about] [<it>|me|what I [just] (said|asked)|my question], nevermind [<it>|me|what I \
            said], (forget [about]|ignore|disregard|skip|scratch|strike|cancel|drop|leave|scrap) (it|that|this|me|\
            all that|everything|(what|everything|anything) I [just] (said|asked)|that I (said|asked) [that|anything|\
            it]|(my|the|that|the last|my last) (question|request)), forget (I [even] (asked|said (it|that|\
            anything))), leave it (be|at that|there), cancel, abort [that|it], nothing, (it's|it is|it was) nothing, \
            [it|that] (doesn't|does not) [really] matter [any more|anymore], don't bother, (don't|do not) worry \
            about (it|that), (it's|it is|that's) [really] not [that|so] important, not important, [I] take (it|that) \
            back, I take back what I said, (I|I've|I have) changed my mind, (no|there's no) need [for that], no I'm \
            (good|fine), no (thank you|thanks) [very much|so much], not necessary, I (don't|do not) (need|want) (it|\
            that|this|to know|to hear (it|that|this)) [any more|anymore], I (didn't|did not) (say|ask|want|mean) \
            (anything|it|that), I (wasn't|was not|am not) (talking|speaking) to you, I'm not (talking|speaking) to \
            you, not you, false alarm, my mistake, my bad, on second thought",
        go_on: "(go on|carry on|go ahead|go right ahead|continue|proceed|resume|keep (it|that) going|keep going|keep \
            on|read on|keep talking|talk on) [then], (go on|carry on|continue|keep|keep on|resume) (talking|\
            speaking|reading|explaining|telling [me]|with (it|that|this|the (story|answer|explanation|rest)|your \
            (story|answer|explanation))|[from] where you (left off|stopped|were)), pick up where you left off, do \
            (go on|continue|carry on), please do, (don't|do not) stop [there|talking|here|on my account], (tell|\
            read|give) me the rest [of (it|that)], (let me|let's|I want to|I would like to|I'd like to|I'd love to) \
            hear the rest [of (it|that)], and then, \
            (you were|as you were) saying, finish [your|the|that] (sentence|thought|answer|story|what you were \
            saying), (I'm|I am) (still (here|listening)|all ears|curious), where were we",
        repeat: "(repeat|repeating) [<it>|yourself|everything|<last> (answer|sentence|part|bit|thing|word|words|\
            response)|what <said>|the (part|bit|thing) <said>|the last thing <said>] [<again>|from the (beginning|\
            top|start)], (say|saying|tell me|read|give me|run|go over) (it|that|this|<last> (answer|sentence|part|\
            bit|thing)) [by me|to me] (<again>|from the (beginning|top|start)), (say|saying|tell me) <again> [what \
            <said>], say what <again>, <again>, come again, (can|could|may|let|I want to|I'd like to|I need to) [I|\
            me] hear (it|that|this|<last> answer) <again>, what did you [just] (say|tell me) [<again>], what was \
            <it> [you said] [<again>], what was [that] <last> [last] (answer|part|sentence|bit) [<again>], what were \
            you saying, what was it you said, you said what, say what, pardon [me], [I] beg your pardon, [sorry] I \
            <not_hear> (you|it|that|this|what <said>|a word|anything|all of that|<last> (part|bit|word|sentence)), I \
            didn't hear, <not_hear> that, [I] missed (it|that|this|what <said>|<last> (part|bit|word|sentence|\
            answer)), from the (top|beginning) [<again>]",
        louder: "[(speak|talk|read|be|get|say (it|that)|make it|go|speaking|talking)] (louder|more loudly), (speak|\
            speaking) up, volume up, (turn|crank|pump) up <your_voice>, turn up, (turn|crank|pump) (it|<your_voice>|\
            yourself) up, (increase|raise|up|increasing|raising) <your_voice>, more volume, [<youre> [<very>|way|\
            far|much]] too (quiet|quietly|soft|softly|low) [for me], <youre> a (little|bit) (quiet|soft|low), \
            <you_are> [so|very|really|quite] quiet, [<youre>] not loud enough, (it|that|you) (isn't|aren't) loud \
            enough, I (can't|cannot|can not|can hardly|can barely|can not really|can't really|could hardly|hardly|\
            barely) hear (you|what you're saying|a word) [well|properly|very well|at all|very much]",
        quieter: "[(speak|talk|read|be|get|say (it|that)|make it|go|speaking|talking)] (quieter|softer|more \
            (quietly|softly)|less (loud|loudly)), keep (it|your voice|the volume) down, tone it down, in a (lower|\
            softer|quieter) voice, volume down, (turn|bring) down <your_voice>, turn down, quiet down, (turn|bring|\
            take) (it|<your_voice>|yourself) down, (decrease|lower|reduce|lowering|reducing) <your_voice>, less \
            volume, not [be|speak] (so|that|quite so|too) (loud|loudly), [<youre> [<very>|way|far|much]] too (loud|\
            loudly|noisy) [for me], <youre> a (little|bit) (loud|noisy), <you_are> [so|very|really|quite] (loud|\
            noisy), stop (shouting|yelling|screaming) [at me], (don't|do not) (shout|yell|scream|be so loud|speak so \
            loud) [at me], (no need|you don't need|you don't have) to (shout|yell)",
        learn_word: "(learn|learning|relearn|train) (a|another|my|the|your|this) [new|other|own] <wake_word> [<again>|for \
            you|for yourself|from me], (learn|learning) (a new|another|a different) name [for (you|yourself)], [I want \
            to|I would like to|I'd like to|let me|I'd love to] (call|name) you something (else|different|new), [I want \
            to|I would like to|I'd like to|let me|I'd love to] (give|teach) you (a new|another|a different|a|my|my own) \
            (name|<wake_word>) [<again>]",
        forget_word: "(forget|delete|remove|erase|unlearn|forgetting|deleting|removing) [about] (the|your|my|that) [own] \
            <wake_word>",
        acknowledge: "<right>, <good>, <very> (<right>|<good>), <very> <very> (<right>|<good>), (fair|good|true|\
            sure|nice|reasonable|clear) enough [I (guess|suppose)],(<right>|<good>) (to (know|hear)|to me|I (guess|\
            suppose)|(by|with|for) (me|you)|indeed|on|then), [<its>] [<very>] [<very>] (<right>|<good>) (to (me|\
            know|hear|see)|(by|with) me|indeed|actually), <its> [<very>] (fair|good|clear|reasonable|nice) enough, \
            <its> [like] [a|an|one|some] [<very>] [<very>] (<right>|<good>|agreed|understood) [<thing>|then|though], \
            [<its>] all (good|right|clear|fine|cool|okay), [<its>] [just] about right, [what|that's|such|<its> like] \
            (a|an) [<very>] <good> <thing>, [what] [<very>] (<good>|fair|valid) <thing>, how [<very>] (<good>|true), \
            what a (shame|pity|story|thought|surprise|relief|laugh), <its> a (shame|pity|relief|surprise|deal|fact|\
            given|lot|good one), [<it>] [<very>|does|would|all] (makes|make|made|making) [<very>|a lot of|lots of|\
            total|perfect|complete|good|so much|much|some|more] sense [to me|now], <it> (figures|works [for me]|\
            checks out|adds up|helps [a lot]|tracks|explains (<it>|a lot|everything)|rings true), (works|fine|good) \
            (for|by|with) me, figures, so (it|that) (is|does), [<its>] [<very>] what I (thought|think|figured|mean|\
            meant|needed|wanted|was (thinking|hoping)|expected|suspected), <its> (news to me|how it (is|goes|works)|\
            for sure|one way to put it|what I like to hear|the (point|spirit|way|thing|idea)), [so|yes|now|but] I \
            [<very>|do|can|could] (see|understand|agree|know|follow|remember|imagine|understood) [<it>|you|your \
            point|(why|how|what|where) [you [mean|feel|are (saying|going|coming from)|you're (saying|going|coming \
            from)]]|with (you|<it>)] [now|<very>], I [<very>|do|can|can't help but] (get|got|hear|believe|\
            appreciate|love|like|recognize|feel|respect) (<it>|you|your point|the (point|idea|gist|picture)|what you \
            mean) [now|<very>], I (couldn't|could not) agree more, I [would|should|do|didn't] (think|guess|suppose|\
            say|hope|imagine|believe|thought|figured) (so|as much|not) [too], I'd (think|say|imagine) so, I bet [it \
            (is|was|does)], I (suppose|guess|think) [<its>|you're] [<very>] <right>, I (didn't|did not|never) (know|\
            knew|realize|realise|realized|expect) (that|this|it), I (had no idea|never would have (thought|guessed) \
            [that]|(never|hadn't|had not|haven't) (thought|looked|heard) (of|about|at) <it> [that way|like that|\
            before]), I (can't|cannot|don't) believe (it|that|this), (I'm|I am) (listening|following) [you], (I'm|I \
            am) [<very>] (with you|impressed|glad|convinced|sure|surprised|on board|fine with that|okay with that|\
            amazed|glad to (hear|know) (it|that)|sorry to hear (that|it)|happy [to hear (it|that)]), (glad|happy|\
            sorry) to hear (it|that), (love|loved|like) (it|that), (got <it>|got you|got all that|gotcha), you (bet|\
            got it|got that right|got me there|know it|don't say|said it|can say that <again>|(have|make|raise) (a|\
            some) [<very>] [<good>|fair|valid] (point|points)|nailed it), you've got a [<good>|fair] point, (you're|\
            you are) [<very>] (<right>|<good>|kind|joking|kidding [me]|kidding|too kind|welcome|the best|(right|\
            wise) about that), you must be (joking|kidding), (point|duly) (taken|noted), noted, well (said|done|put|\
            well|I never), nicely (said|done|put), (there's|there is) no doubt [about it], no doubt about it, no \
            (kidding|way|doubt|wonder|problem|problem at all|worries|joke|shit), for (sure|real|certain|goodness \
            sake), without [a] doubt, by all means, [but|yes] of course [it (is|does)], is that so, (does|did|do|is|\
            was|has) (it|that|he|she|they|you) really, sure [thing|enough|is|does], same here, I feel the same \
            [way], I'm not surprised, not bad at all, (me|you) too, likewise, deal, roger [that], copy that, [just] \
            as I (thought|expected|suspected), [I] thought (so|as much), as expected, who knew, imagine that, fancy \
            that, go figure, how about that, what do you know, there (you|we) (go|have it|are), there it is, good \
            for (you|him|her|them), [exactly] my (point|thoughts|thought) [exactly], exactly [that|so|right], \
            precisely, absolutely, agreed, certainly, definitely, indeed, quite, really, seriously, honestly, \
            totally, surely, naturally, obviously, clearly, evidently, undoubtedly, completely, entirely, literally, \
            very well, understood, right [on|you are], righto, correct, true [that|story], yes [indeed|sir|I (see|\
            do|know)], yeah [right], yep, yup, ya, yeah yeah, yea, aye, mhm, mm [hm|hmm], mmhm, mmhmm, mmm, mhmm, uh \
            huh, uhhuh, hm, hmm, hmmm, huh, hah, ha [ha], haha, hahaha, heh, ah [ha], aha, ooh, oh [my [god|\
            goodness|gosh|word]|no|dear|boy|man], ahh, ohh, aw, aww, my (goodness|god|gosh|word), (good|dear) (god|\
            grief|heavens|lord), holy (cow|moly|smokes), wow, whoa, woah, gosh, gee, geez, jeez, yay, hooray, \
            hurray, bravo, phew, ok, okay, okey dokey, okie dokie, alrighty, (thank you|thanks) [very|so|ever so] \
            [much|kindly|a lot|a bunch|a million|for (that|this|it|telling me|explaining [that|it]|letting me know|\
            the (info|information|explanation|answer|help|tip)|your help)], many thanks, cheers, [much] appreciated, \
            I [really|do] appreciate your (help|time|answer), mind blown, I figured [it]",
        polite: "please, kindly, parley, parlay, parly, hey, oh, uh, um, well, so, then, dear, there, sir, ah, er, \
            excuse me, man, dude, mate, buddy, my friend",
        small: "please, kindly, now, right now, right away, just now, just, at once, immediately, straight away, \
            already, for now, [for] <while>, a bit, a little, a little bit, a tad, a notch, slightly, somewhat, a \
            touch, a lot, way, much, even, still, some more, more, actually, really, maybe, perhaps, quickly, \
            simply, uh, um",
        asking: "no, nope, nah, I'm sorry, let's, and, but, (can|could|will|would) you, why don't you, I (said|told \
            you to|need you to|want you to|would like you to|beg you [to]), I'd like you to, you (can|could|may|\
            should|must|need to|have to), you'd better, (would|do) you mind [to], sorry, for (me|today|the moment|\
            the time being), today, try to, (can|could) I ask you to, do you think you (can|could), if (you (can|\
            could|would|will|don't mind|please|like)|possible|that's (possible|okay)), hello, hi, listen, look, come \
            on, will you",
    },
};
