//! English.

use super::{Language, Remarks, Sentences};

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
    },
    remarks: Remarks {
        stop: "stop, stop it, stop that, stop this, stop there, stop talking, stop speaking, stop reading, stop \
            the answer, shut up, be quiet, quiet, keep quiet, be silent, silence, hush, shush, sh, shh, shhh, \
            enough, that's enough, that is enough, that will do, that'll do, that's all, that is all, that's it, \
            no more, halt, don't talk, stop please stop, i've heard enough, i have heard enough, not now",
        patience: "wait, wait a minute, wait a moment, wait a second, wait a sec, hold on, hang on, one moment, \
            one second, one minute, just a moment, just a second, just a minute, give me a moment, give me a \
            second",
        retract: "never mind, nevermind, never mind that, forget it, forget that, forget about it, forget about \
            that, forget i asked, cancel, cancel that, cancel it, scratch that, leave it, drop it, nothing, it's \
            nothing, it was nothing, don't bother, doesn't matter, it doesn't matter, it does not matter, don't \
            worry about it, ignore that",
        go_on: "go on, go ahead, carry on, continue, keep going, keep on, keep talking, keep on talking, do go \
            on, please do, don't stop, do not stop, go on then, go right ahead, proceed, resume, carry on talking, \
            continue talking, go on with it, go on with that, continue with that, tell me the rest, and then, i'm \
            still here, i'm still listening",
        repeat: "repeat, repeat that, repeat it, repeat this, repeat yourself, repeat the answer, repeat your \
            answer, repeat your last answer, repeat the last answer, repeat what you said, repeat what you just \
            said, say that again, say it again, say again, say that once more, say it once more, say that one more \
            time, again, once more, once again, one more time, come again, tell me again, tell me that again, what \
            did you say, what did you just say, what was that, what was that again, what were you saying, pardon, \
            pardon me, beg your pardon, i beg your pardon, i didn't hear, i didn't hear that, i didn't hear you, i \
            did not hear that, i couldn't hear that, i didn't catch that, i did not catch that, i didn't get that, \
            i did not get that, i missed that, i missed it, read that again",
        louder: "louder, speak louder, talk louder, be louder, make it louder, speak up, volume up, turn up the \
            volume, turn the volume up, turn up, turn it up, turn yourself up, increase the volume, raise the \
            volume, more volume, too quiet, that's too quiet, it's too quiet, you're too quiet, you are too quiet, \
            i can't hear you, i can hardly hear you, i can barely hear you, not loud enough, up the volume",
        quieter: "quieter, speak quieter, talk quieter, be quieter, make it quieter, softer, speak softer, speak \
            more softly, speak more quietly, more quietly, lower your voice, volume down, turn down the volume, \
            turn the volume down, turn down, turn it down, turn yourself down, decrease the volume, lower the \
            volume, reduce the volume, less volume, not so loud, less loud, too loud, that's too loud, it's too \
            loud, you're too loud, you are too loud, don't shout, stop shouting",
        acknowledge: "ah, aha, ah ha, absolutely, agreed, all right, alright, all cool, all good, amazing, \
            awesome, brilliant, certainly, cool, correct, definitely, exactly, excellent, fair enough, fantastic, \
            fascinating, fine, funny, good, good point, good to know, got it, got you, gotcha, great, ha, haha, ha \
            ha, hah, heh, hm, hmm, hmmm, how interesting, how nice, huh, i agree, i hear you, i know, i see, i see \
            what you mean, i think so, i understand, i'm listening, i am listening, i'm with you, impressive, \
            indeed, interesting, is that so, it makes sense, lovely, makes sense, mhm, mm, mm hm, mm hmm, mmhm, \
            mmhmm, mmm, my goodness, neat, nice, nice one, no kidding, no problem, of course, oh, oh my, oh my \
            god, oh no, ok, okay, ooh, perfect, quite, quite right, really, right, right on, righto, so i see, \
            sounds fine, sounds good, sounds great, sounds nice, splendid, super, sure, sure thing, surely, sweet, \
            thank you, thank you very much, thanks, thanks a lot, that is cool, that is fine, that is fair, that \
            is funny, that is good, that is great, that is interesting, that is nice, that is right, that is true, \
            that makes sense, that sounds good, that sounds great, that sounds nice, that's amazing, that's cool, \
            that's correct, that's fair, that's fine, that's funny, that's good, that's great, that's interesting, \
            that's nice, that's right, that's true, totally, true, uh huh, uhhuh, understood, very good, very \
            interesting, very nice, very well, well well, wonderful, wow, ya, yeah, yeah right, yep, yes, yup, you \
            don't say, you're right, you are right",
        polite: "please, parley, parlay, parly, hey, oh, uh, um, well, so, then, dear, there, sir, ah, er",
        emphasis: "now, right now, just, no, just now, at once, immediately, for now, for a moment, a bit, a \
            little, a little bit, much, even, still, some more, more, and, but, can you, could you, will you, \
            would you, can you just, could you just, i said, i want you to, you can, you may, you should, sorry, \
            for me, today, would you mind to",
    },
};
