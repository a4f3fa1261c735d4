"""Write event logs: the sample of study sessions, and big logs to measure with."""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, cycle, islice, pairwise
from pathlib import Path
from typing import TypeAlias

import apsw

SAMPLE = Path(__file__).with_name("sample-events.db")
BIG_SESSION = "session-big"
SIDECARS = ("-journal", "-wal", "-shm")

TABLE = """
CREATE TABLE events (
    event_id TEXT PRIMARY KEY,
    event_type TEXT NOT NULL,
    session_id TEXT NOT NULL,
    actor_id TEXT,
    occurred_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    idempotency_key TEXT UNIQUE,
    correlation_id TEXT,
    trace_id TEXT,
    object_ref_type TEXT,
    object_ref_id TEXT,
    payload TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
)
"""
INDEXES = """
CREATE INDEX idx_session_occurred ON events(session_id, occurred_at);
CREATE INDEX idx_idempotency_key ON events(idempotency_key);
CREATE INDEX idx_correlation_id ON events(correlation_id);
"""

Row: TypeAlias = tuple[str | int | None, ...]
Payload: TypeAlias = dict[str, object]
Reference: TypeAlias = tuple[str | None, str | None, str]  # object type, object id, payload

# What the sample's people study. One block a concept: `@ id | name`, `? question`, `= answer`,
# `" passage`, `! claim`; after a `~` the other concepts that a question or a claim speaks of;
# an indented line continues the one above it.

DISTRIBUTED = """
@ replication | Replication
? Why would I keep the same data on several machines?
= To survive the loss of one, to read nearby, and to share load. The price is deciding what a
  reader may see while the copies still disagree.
" Every copy is a promise, and every promise has to be kept up to date.
" A follower that lags is not wrong; it is early in the same story.
! Replication buys availability with the risk of stale reads ~ eventual
@ wal | Write-ahead log
? What does a write-ahead log give me that an fsync of the data file does not?
= One sequential append makes the intention durable; the pages may be written later, in any
  order, because recovery replays the log.
? Why is replication so often described as shipping the log? ~ replication
= Because a follower that applies the same records in the same order must reach the same state.
  The log is the database; tables are a cache of it.
" First the intention is written and made durable, and only then is the page touched.
" Recovery is nothing but reading the log again from the last point that is known to be safe.
! A change is durable once its log record is, not once its page is
! Shipping the write-ahead log is the simplest form of replication ~ replication
@ quorum | Quorum
? Why must read and write quorums overlap?
= If R + W is more than N, any reader meets at least one machine that took the latest write.
  Without the overlap a read can miss it altogether.
" Two majorities of the same group always have at least one member in common.
" With five machines three answers are enough, and two may be on fire.
! Majority quorums tolerate f failures among 2f + 1 machines
@ fault | Fault tolerance
? What is the difference between a fault and a failure?
= A fault is one part going wrong; a failure is the whole no longer doing its job. Tolerance
  keeps the first from becoming the second.
" The aim is not to prevent every fault but to stop it from becoming a failure.
! Crash faults need 2f + 1 replicas, Byzantine ones 3f + 1 ~ quorum
@ cap | CAP theorem
? Is the CAP theorem really about choosing two out of three?
= Not quite: partitions happen whether you choose them or not. While one lasts you either refuse
  some requests or answer some of them from stale data.
" During a partition a node can answer, or it can be right, but it cannot promise both.
! CAP constrains a system only while the network is partitioned ~ linear
@ raft | Raft
? How does Raft elect a leader?
= A follower that hears no heartbeat waits a random time, raises the term and asks for votes. A
  majority makes it leader; the random wait keeps ties rare.
? What makes a log entry committed in Raft? ~ logrep
= It sits on a majority and belongs to the leader's current term. Older entries become committed
  along with it, never by counting copies alone.
? How do Raft and Paxos differ in practice? ~ paxos
= They agree equally well. Raft fixes one strong leader and a log without holes, so there are
  fewer states to reason about when you build it.
" Understandability was a design goal from the first day, on a level with correctness.
" A leader never overwrites its own log; it only appends.
" A vote is refused to any candidate whose log is behind the voter's own.
! Raft commits an entry once a majority has stored it in the current term ~ quorum
! Raft's election restriction keeps committed entries from being lost ~ election
@ election | Leader election
? What stops two leaders from acting at the same time?
= Each leadership carries a term number, and followers reject orders from an older term. The old
  leader may believe it leads, but nobody listens.
" Random timeouts turn a likely tie into an unlikely one.
! Randomised timeouts make split votes rare without any coordination ~ raft
@ logrep | Log replication
? What happens to a follower whose log has diverged?
= The leader steps back until the two logs agree and sends everything after that point. Entries
  that were never committed are overwritten.
" If two logs hold an entry with the same index and term, they agree on all that came before.
! Matching index and term imply identical prefixes ~ raft
@ paxos | Paxos
? What are the two phases of Paxos for?
= The first learns what may already have been chosen and locks out older proposals; the second
  asks for that value, or a free choice, to be accepted.
? Why do people find Multi-Paxos hard to implement?
= The single decision is clear, but a log of them leaves open leadership, gaps, membership and
  recovery. Every team fills those in differently.
" A proposer that finds a value already accepted must carry that value on.
" Safety never depends on timing; only progress does.
! Paxos stays safe under any delay and any number of competing proposers ~ flp
@ split | Split brain
? How do real systems protect a disk from an old leader?
= With a fencing token: a number that grows with every leadership. The disk refuses a write that
  carries a smaller one than it has seen.
" The dangerous leader is the one that paused, woke up, and does not know it was replaced.
! Leases without fencing tokens cannot rule out split brain ~ election
@ flp | FLP impossibility
? If FLP says consensus is impossible, why does Raft work? ~ raft
= FLP forbids a deterministic guarantee of finishing when messages may take any time. Raft gives
  up that guarantee, not agreement, and randomness makes it finish nearly always.
" No protocol can tell a crashed process from one that is merely very slow.
! FLP limits liveness in asynchronous networks and leaves safety alone
@ lamport | Lamport clock
? What can a Lamport clock not tell me?
= Whether two events were concurrent. A smaller number may mean earlier, or nothing at all.
" Count your own steps, and when a message arrives jump past the number it carries.
! Lamport timestamps respect causality but cannot detect concurrency ~ happens
@ happens | Happens-before
? When does one event happen before another?
= If both are in one process and it comes first, or it is the sending of a message that the other
  receives, or a chain of those links them.
" What cannot have influenced you did not happen before you, whatever the clocks say.
! Concurrent means that neither event could have influenced the other
@ vector | Vector clock
? How do vector clocks detect concurrent writes? ~ happens
= Compare entry by entry: if each is ahead of the other somewhere, neither saw the other, so the
  writes are concurrent and someone has to merge them.
? How large does a vector clock grow?
= One counter for each writer. Systems prune writers that have been silent for long, or keep one
  counter per server instead of per client.
" Each process keeps what it knows about every other, and sends that along with the message.
" Neither vector dominates, and so neither write may be thrown away.
! Vector clocks order exactly the events that are causally related ~ happens
! Dotted version vectors avoid false conflicts between clients of one server
@ hlc | Hybrid logical clock
? Why combine physical and logical time?
= You get timestamps near the wall clock that never contradict causality, in 64 bits, so a
  snapshot at a time of day makes sense.
" The logical part moves only when the physical part cannot.
! Hybrid logical clocks stay within the clock error of real time ~ lamport
@ linear | Linearizability
? What does linearizability promise to a client?
= Each operation seems to take effect at one instant between its call and its return, so once a
  write has returned every later read sees it.
? Does reading from a Raft follower stay linearizable? ~ raft
= Not by itself: the follower may lag. Ask the leader for its commit index first, or hold a lease.
" It should look as though there were only one copy, and every step on it were atomic.
! Linearizable reads need a round trip to a quorum or a valid lease ~ quorum
@ causal | Causal consistency
? Which anomalies are left under causal consistency?
= Concurrent writes may be seen in different orders by different readers. An answer never appears
  before its question, though.
" Nobody sees the reply before the remark that provoked it.
! Causal consistency is the strongest model that stays available under partition ~ cap
@ eventual | Eventual consistency
? What does eventual consistency actually guarantee?
= Only that copies agree some time after the writes stop. It says nothing about how long, or about
  what you read meanwhile.
" Eventually is a word without a deadline.
! Eventual consistency needs a merge rule that ignores order ~ crdt
@ snapshot | Snapshot isolation
? Which anomaly does snapshot isolation still allow? ~ skew
= Write skew. Two transactions read the same rows, change different ones, and together break a
  rule that each of them had checked.
? What is Snapshot isolation?
= Each transaction reads from the state as it was when it began, and commits only if nobody else
  has changed the rows that it writes.
? How does a database find its snapshot cheaply? ~ mvcc
= Every row version knows which transaction made it. The snapshot is a list of those that count as
  finished, checked as versions are read.
" A transaction reads from a picture taken at its start, however long it runs.
" First committer wins: the second one that changed the same row is turned away.
! Snapshot isolation allows write skew ~ skew
! Readers never block writers under snapshot isolation ~ mvcc
@ skew | Write skew
? Can you give me a smaller example of write skew?
= Two doctors are on call and at least one must stay. Both check, see the other, and go home at
  the same moment. Each step was legal.
" Each saw that the other was still there, and each went home.
! Materialising the conflict turns write skew into a plain write conflict ~ serial
@ serial | Serializability
? How is serializability different from linearizability? ~ linear
= The first is about transactions fitting into some order, the second about single operations
  fitting real time. Strict serializability asks for both.
" There is some order, one at a time, that would have given the same result.
! Strict serializability is serializability that respects real time ~ linear
@ mvcc | MVCC
? Who cleans up the old versions under MVCC?
= A background pass removes versions that no running transaction can see. One forgotten
  transaction can hold it up for days.
" An update leaves the old row where it was and writes a new one beside it.
! A long read transaction delays the removal of dead versions
@ twopc | Two-phase commit
? Where does two-phase commit block?
= After voting yes a participant may neither commit nor abort until it hears from the coordinator.
  If that one is gone, the locks stay.
? Can two-phase commit be made fault tolerant? ~ raft
= Yes: let the coordinator and each participant be a consensus group, so that the decision
  survives the loss of any machine.
" Having voted yes, the participant has given up the right to change its mind.
" The coordinator's decision is final as soon as it is in the coordinator's log.
! Two-phase commit blocks when the coordinator fails after the vote
! Running the coordinator on a consensus group removes the blocking case ~ raft
@ saga | Saga
? When is a saga better than a distributed transaction? ~ twopc
= When steps are long or belong to other companies. You give up isolation and write a compensation
  for each step instead.
" For each step there is another that makes amends, though none that makes it never have happened.
! Compensation restores the business meaning, not the earlier state
@ sourcing | Event sourcing
? What do I gain by storing events and not the current state?
= You can ask what was true at any moment, rebuild views with new rules, and explain how a value
  came about. You pay with versioned events.
" The past is the one thing that a system never has to update.
" State is a left fold over everything that happened.
! Any read model can be rebuilt from the log as long as events are never changed
@ cqrs | CQRS
? Does CQRS need event sourcing? ~ sourcing
= No. It only separates the model you write to from those you read from. Events are a convenient
  way to carry changes between the two.
" Let the side that answers questions have whatever shape the questions have.
! CQRS accepts a short delay between a write and its read models ~ eventual
@ idem | Idempotency
? How should an idempotency key be chosen?
= By the caller, once for each intention, and kept across retries. A key made from the content
  swallows a second, honest request that looks the same.
? Why is exactly-once delivery really about idempotency? ~ once
= The network can only repeat or drop. So deliver at least once, and let the receiver recognise
  what it has done before.
" Doing it twice must leave the same world behind as doing it once.
" Keep the key and the effect in one transaction, or you have kept neither.
! At-least-once delivery and idempotent handlers give effectively-once processing ~ once
! An idempotency key belongs in the same transaction as the effect ~ outbox
@ outbox | Outbox pattern
? What problem does the outbox pattern solve?
= Writing to a database and a broker cannot be one atomic step. Put the message into a table with
  the change and let a relay send it later.
" The message waits in the same table space as the change that it announces.
! The outbox turns a dual write into a single transaction ~ idem
@ once | Exactly-once delivery
? Is exactly-once delivery a myth?
= As delivery, yes. As an effect, no: deduplicate by key at the receiver and commit the position
  together with the result.
" The sender cannot know whether the message or the acknowledgement was lost.
! Exactly-once is a property of effects, not of messages
@ checkpoint | Checkpoint
? How often should a projector save its checkpoint?
= Often enough that a restart is short, seldom enough that saving is cheap, and always in the
  transaction that saves the result.
" Save the position with the result, never after it.
! A checkpoint saved apart from its result repeats or loses work ~ once
@ crdt | CRDT
? What makes a data type conflict-free? ~ eventual
= Its merge gives the same answer in any order and any grouping, and repeating it changes nothing.
  So copies that saw the same updates agree.
" Merge in any order, merge twice, merge by carrier pigeon: the answer is the same.
! A state-based CRDT needs a join semilattice ~ eventual
@ gossip | Gossip protocol
? How fast does gossip spread?
= Each round about doubles those who know, so it takes a logarithmic number of rounds, with a load
  per machine that does not grow.
" Tell a few neighbours, chosen at random, and let them do the rest.
! Gossip reaches every member in O(log n) rounds with high probability
@ hashing | Consistent hashing
? Why do virtual nodes help in consistent hashing?
= They cut the ring into many small arcs, so load evens out, and the share of a lost machine is
  spread over all the others.
" When one machine leaves, only its own keys have to move.
! Virtual nodes even out both load and recovery
@ merkle | Merkle tree
? How do replicas find out where they differ? ~ replication
= They compare hashes from the root down and follow only the branches that disagree, so equal data
  costs one comparison.
" Two equal roots save the comparison of everything beneath them.
! Merkle trees find differing ranges in logarithmic exchanges
@ lsm | LSM tree
? When does an LSM tree beat a B-tree? ~ btree
= When writes are many and random: it turns them into sequential runs. Reads and space pay for it
  until compaction has done its work.
" Write now, sort later, and let the levels settle in the background.
! LSM trees trade read amplification for sequential writes ~ wal
@ btree | B-tree
? Why do B-trees split pages and not grow downwards?
= Splitting pushes the middle key up, so every leaf stays at one depth and a lookup costs the same
  everywhere.
" All leaves are at the same depth, and the root is the only page that may be nearly empty.
! A B-tree with fan-out 300 reaches a billion keys in four levels
@ pressure | Backpressure
? What should a full queue do?
= Tell its producer to wait, or refuse at once. An unbounded queue only hides the overload until
  memory runs out.
" A queue that never refuses anything is a leak with good manners.
! Bounded queues turn overload into a visible delay
"""

CELL = """
@ membrane | Cell membrane
? What holds the cell membrane together?
= Nothing binds the lipids to each other; water does. Their tails hide from it, and so the sheet
  closes by itself.
" A film two molecules thick decides what the cell knows of the world.
! The bilayer forms because lipid tails avoid water
@ mito | Mitochondrion
? Why do mitochondria have two membranes?
= The outer one comes from the host, the inner one from the bacterium that was taken in. The inner
  folds carry the machinery that makes ATP.
? Do mitochondria divide on their own? ~ endo
= They split like bacteria and have their own DNA, but most of their proteins are ordered from the
  nucleus.
" The folds are there for surface, and the surface is there for the chain.
" Its genome is a pamphlet; the library moved to the nucleus long ago.
! Mitochondria descend from engulfed bacteria ~ endo
@ atp | ATP synthase
? How does ATP synthase turn a gradient into a bond? ~ mito
= Protons pass through a ring and make it turn. The turning stalk squeezes three sites in sequence,
  and each squeeze presses out an ATP.
" A motor with a measurable torque, a hundred turns a second, in every cell you own.
" Three sites, three states, one after the other as the stalk goes round.
! The rotation of ATP synthase is driven by the proton gradient ~ chemi
@ chemi | Chemiosmosis
? Why was chemiosmosis hard to accept?
= Chemists looked for an energy-rich intermediate. Mitchell said there was none, only a difference
  of concentration across a membrane.
" The intermediate that everyone searched for was a slope, not a substance.
! Electron transport stores energy as a proton gradient ~ mito
@ endo | Endosymbiosis
? What is the best evidence for endosymbiosis?
= The organelles' ribosomes, circular DNA and gene trees all point at bacteria, and at particular
  groups of them.
" Two lineages became one, and neither can leave.
! Chloroplast genes nest within the cyanobacteria
@ ribo | Ribosome
? Is the ribosome an enzyme made of RNA?
= Yes. The bond is made where there is only RNA; the proteins are there to hold it in shape.
" At the place where the bond is made there is no protein within reach.
! Peptide bonds are catalysed by ribosomal RNA
@ er | Endoplasmic reticulum
? How does a protein find its way into the endoplasmic reticulum? ~ ribo
= Its first stretch is a signal. A particle recognises it, stops the ribosome and docks it at a
  channel.
" The address is written at the front, and cut off on arrival.
! A signal sequence routes a protein into the secretory pathway ~ golgi
@ golgi | Golgi apparatus
? Do Golgi cisternae move or stay?
= Mostly they mature: a cisterna travels and its enzymes are handed back, although tubes between
  them do some of the work.
" Less a post office than a moving walkway.
! Cisternae mature as they move through the stack
@ nucleus | Nuclear pore
? What may pass a nuclear pore?
= Small things drift through. Large ones need a carrier that dissolves into the mesh of loose
  protein inside.
" A gate without a door: what belongs dissolves in, what does not is kept out.
! Importins carry cargo through a mesh of disordered proteins
@ cycle | Cell cycle
? What does a checkpoint in the cell cycle check?
= Whether the DNA is whole and copied and the chromosomes are attached. A cyclin is destroyed only
  when the answer is yes.
" The clock is built from proteins that arrange their own destruction.
! Cyclin destruction makes each step of the cell cycle irreversible ~ mitosis
@ mitosis | Mitosis
? How does the spindle know that every chromosome is attached? ~ cycle
= A chromosome that is not under tension sends out a stop signal. One is enough to hold up the
  whole division.
" One loose chromosome can stop the division of the entire cell.
! A single unattached kinetochore delays anaphase
@ apop | Apoptosis
? Why would a cell kill itself? ~ mito
= Hands are formed by it, and damaged cells removed. When the mitochondria leak cytochrome c the
  programme can no longer be stopped.
" It packs up, labels its parcels, and is gone without inflammation.
! Release of cytochrome c commits the cell to apoptosis ~ mito
"""

BAYES = """
@ prior | Prior distribution
? How do I choose a prior when I know very little?
= Say what would surprise you. A weak prior that rules out the absurd is nearly always better than
  a flat one, which is flat on one scale only.
" A flat prior is an opinion about scale that nobody meant to hold.
! Weakly informative priors stabilise estimates from small samples
@ likelihood | Likelihood
? Why is the likelihood no probability of the parameter?
= It says how well each value predicts the data. It need not sum to one over the values, and it
  changes with no prior.
" The data are fixed now; it is the hypotheses that we let vary.
! Likelihoods compare hypotheses but do not weigh them alone ~ prior
@ posterior | Posterior distribution
? Is the posterior only an average of prior and data? ~ prior
= For conjugate pairs it reads like one: the weights are the amounts of information. In general it
  is the product of the two curves, scaled to one.
? Should I report the mean or the mode of the posterior?
= Say what the answer is for. Squared loss asks for the mean, absolute loss for the median. Show
  the whole curve if you can.
" What you believed, reweighted by how well it foresaw what happened.
" Report the curve; a single number is a decision in disguise.
! Today's posterior is tomorrow's prior ~ prior
@ rule | Bayes' theorem
? Why does a positive test for a rare disease mean so little?
= With one ill in a thousand, even a good test gives far more false alarms than hits. The base rate
  does most of the work.
" Of the eleven who tested positive, ten had nothing to fear.
! Ignoring the base rate is the commonest error in reading a test ~ prior
@ conj | Conjugate prior
? What is convenient about a conjugate prior? ~ posterior
= The posterior has the prior's form, so that updating means adding counts. Before computers that
  was the only way to get an answer.
" The arithmetic of belief shrinks to adding one to a counter.
! A beta prior with binomial data gives a beta posterior ~ posterior
@ mcmc | Markov chain Monte Carlo
? How can a random walk sample from a posterior? ~ posterior
= It visits places in proportion to their weight. You need only ratios, so that the constant that
  nobody can compute cancels.
? When do I trust an MCMC run?
= When several chains from scattered starts agree, when R-hat is near one, and when a longer run
  tells the same story.
" The impossible integral cancels, and what is left is a walk.
" Chains that began far apart should by now tell the same story.
! MCMC needs the posterior only up to a constant
@ hmc | Hamiltonian Monte Carlo
? What does the gradient add? ~ mcmc
= A direction. Instead of stumbling, the sampler glides along the contours, and its steps stay long
  in many dimensions.
" Give the walker momentum, and the valley does the steering.
! Divergent transitions point at geometry that the sampler cannot follow ~ mcmc
@ hier | Hierarchical model
? Why do hierarchical models shrink estimates? ~ prior
= Groups inform each other through a shared distribution. One with little data leans on the others,
  one with much hardly moves.
" The eight schools lend one another what none of them has alone.
! Partial pooling beats both extremes when groups resemble each other
@ credible | Credible interval
? Is a credible interval what people think a confidence interval is?
= Mostly, yes: given model and prior, the parameter is in it with that probability.
" It says what everyone always thought that the other one said.
! A 95% credible interval holds the parameter with probability 0.95 under the model ~ posterior
@ factor | Bayes factor
? Why do Bayes factors depend so much on the prior? ~ prior
= They average the likelihood over the prior. A vague one spreads its bets over values that predict
  nothing, and is punished.
" A hypothesis that would have allowed anything gets no credit for this.
! Vague priors favour the simpler model in a Bayes factor ~ prior
@ ppc | Posterior predictive check
? How do I notice that the model itself is wrong? ~ posterior
= Let it make data and look whether yours would stand out among them, in the respects you care
  about.
" If your data look strange among their own replicas, believe the data.
! A model that cannot reproduce the data should not be used to explain them
"""

ART = """
@ perspective | Linear perspective
? Who worked out linear perspective?
= Brunelleschi showed it with a mirror and a panel in Florence about 1415; Alberti wrote down the
  method twenty years later.
" The wall becomes a window, and the eye is given one place to stand.
! Alberti's treatise turned Brunelleschi's demonstration into a method
@ chiaro | Chiaroscuro
? What does chiaroscuro do that outline cannot?
= It models a body by light alone, so that edges can be lost where the eye expects them.
" Where the shadow falls the contour is allowed to disappear.
! Chiaroscuro lets form emerge without a contour ~ tenebrism
@ tenebrism | Tenebrism
? How does Caravaggio's tenebrism differ from chiaroscuro? ~ chiaro
= The dark is no half-tone any more but most of the canvas, and one hard light picks out what
  happens.
" Someone has opened a door, and the light does the accusing.
! Tenebrism makes the light source part of the story ~ chiaro
@ sfumato | Sfumato
? How did Leonardo paint sfumato?
= In glazes of a few thousandths of a millimetre, one over another, until no edge is left.
" Without lines or borders, in the manner of smoke.
! Sfumato is built from dozens of very thin glazes
@ baroque | Baroque
? Why is the Baroque so fond of diagonals?
= A diagonal is a thing about to fall. It draws the beholder into an action that is not finished.
" The Renaissance shows the moment after, the Baroque the moment during.
! Baroque composition prefers the unfinished movement ~ tenebrism
@ ukiyo | Ukiyo-e
? How did ukiyo-e reach the painters of Paris?
= As wrapping paper first, the story goes; as albums and fans from the 1860s on. Flat colour and
  cropped figures were what they noticed.
" A branch may cross the picture from nowhere to nowhere.
! Cropping and flat colour came to Paris with Japanese prints ~ impress
@ impress | Impressionism
? Was it the paint tube that made Impressionism possible?
= It helped: colour in tin tubes could be carried outdoors. New pigments, railways and an audience
  for Sunday scenes did the rest.
? Why are the shadows in Monet's snow blue?
= Because they are lit by the sky alone. He painted the colour he saw, not the one he knew.
" Not the haystack, but the hour.
" The shadow is a colour like any other.
! Impressionists painted the light of an hour rather than the object
@ pointil | Pointillism
? Do Seurat's dots really mix in the eye? ~ impress
= Only from afar, and to grey more often than he hoped. Up close they shimmer, which turned out to
  be the charm.
" At three paces it is a park, at one it is weather.
! Optical mixture dulls complementary colours more often than it brightens them
@ cubism | Cubism
? What did Cézanne leave to the Cubists? ~ perspective
= The freedom to look twice: a table seen from two places at once, and a picture that admits to
  being flat.
" The jug is seen from the side, and its mouth from above.
! Cubism gave up the single point of view ~ perspective
@ bauhaus | Bauhaus
? Was there ever one Bauhaus style?
= Less than the teapots suggest. Weaving, stage and painting went different ways; the workshop was
  what they had in common.
" The teachers were called masters, and the pupils apprentices.
! The Bauhaus joined craft and industry through the workshop
"""

GRAPH = """
@ kg | 知識グラフ
? 知識グラフとデータベースは何が違いますか。
= 知識グラフは事実を「主語・述語・目的語」の関係として持ち、意味をオントロジーで共有します。
  表を増やさずに、新しい種類の関係を加えられます。
" 点は言葉、線は関係。
! 知識グラフは関係の意味をデータと一緒に保存する ~ onto
@ onto | オントロジー
? オントロジーはどこまで細かく作ればよいですか。 ~ kg
= 答えたい質問から始めます。推論に使わない区別は、まだ作らなくて構いません。
" 区別は、使われるときにだけ価値がある。
! オントロジーは質問から設計する
@ triple | RDF triple
? Why is everything a triple?
= Because a graph can then be merged with any other by putting them together: there is no table to
  reconcile, only names.
" Subject, predicate, object: a sentence without adjectives.
! RDF graphs merge by union ~ kg
@ sparql | SPARQL
? How does SPARQL find a path of unknown length? ~ triple
= With property paths: a plus or a star after the predicate follows it as often as needed.
" You draw the shape that you are looking for, with holes in it.
! Property paths make recursive queries possible in SPARQL
@ embed | 图嵌入
? 图嵌入为什么能预测缺失的边？ ~ kg
= 它把节点放进一个向量空间，使已有的边成为简单的几何关系；同样的关系在别处成立时，
  就得到一条候选的边。
" 相似的节点在空间里彼此靠近。
! 图嵌入用几何距离近似语义关系 ~ link
@ link | 链接预测
? 如何评价链接预测的结果？ ~ embed
= 隐藏一部分边，看模型把它们排在第几位；常用 MRR 和 Hits@10，并且要过滤已知的事实。
" 好的模型把被藏起来的边排在最前面。
! 过滤设置会显著改变链接预测的评分
@ entity | 实体对齐
? 两个图谱里的“苹果”怎样才算同一个实体？ ~ kg
= 比较名称、类型和邻居：邻居相同比名字相同更可靠。
" 看一个实体，先看它的邻居。
! 邻居结构比名称更能说明两个实体相同 ~ embed
@ reason | 推論
? 推論で新しい事実はどのように得られますか。 ~ onto
= 規則と既知の事実から導きます。例えば「部分の部分は部分である」という推移性です。
" 書かれていないことも、規則があれば読める。
! 推移的な関係は推論で補うことができる ~ onto
"""

ALGEBRA = """
@ jabr | الجبر
? What did al-jabr mean before it meant algebra?
= Restoring: moving a subtracted term to the other side, as a bone-setter puts back a bone.
" What is missing on one side is restored on both.
! Al-jabr names one of two moves, the restoring of a subtracted term ~ khwarizmi
@ khwarizmi | الخوارزمي
? Was al-Khwarizmi the first to solve quadratic equations?
= No, Babylonian scribes could. He was the first to sort them into six kinds and to prove each rule
  by a figure.
" Six kinds, six rules, and for each a square that shows why.
! Al-Khwarizmi classified quadratics into six canonical forms ~ jabr
@ algo | الخوارزمية
? كيف أصبح اسم الخوارزمي كلمة «خوارزمية»؟ ~ khwarizmi
= من الترجمة اللاتينية لكتابه في الحساب الهندي، التي تبدأ بعبارة «قال الخوارزمي».
" هكذا قال الخوارزمي.
! The word algorithm comes from the Latin form of a name ~ khwarizmi
@ numeral | Hindu-Arabic numerals
? Why did merchants resist the new numerals?
= A nought is easily made into a six, so some cities forbade them in contracts. Reckoning was
  quicker, and quickness won.
" With nine figures and a sign for nothing, any number may be written.
! Place value makes written arithmetic possible without an abacus ~ algo
@ khayyam | عمر الخيام
? How did Omar Khayyam solve cubic equations? ~ jabr
= With a parabola and a circle that cross: the crossing is the root. He regretted that there was no
  rule in numbers.
" Perhaps one of those who come after us will find it.
! Khayyam solved cubics by intersecting conic sections ~ jabr
"""

# (how it is captured, title, last part of its address)
SOURCES = {
    "distributed systems": (
        ("document", "Notes on replicated logs", "replicated-logs"),
        ("document", "Consensus for people who have to build it", "consensus"),
        ("artifact", "Lecture 7: time and order", "lecture-7-time"),
        ("quote", "A critique of isolation levels", "isolation-levels"),
        ("document", "Transactions that span machines", "spanning-transactions"),
        ("artifact", "Slides: events as the source of truth", "events-slides"),
        ("quote", "The trouble with doing it twice", "doing-it-twice"),
        ("document", "Storage engines, drawn", "storage-engines"),
    ),
    "cell biology": (
        ("document", "The cell in twelve drawings", "twelve-drawings"),
        ("quote", "Power stations and lodgers", "power-stations"),
        ("artifact", "Micrograph: cristae", "cristae"),
        ("document", "Division and its guards", "division"),
    ),
    "statistics": (
        ("document", "Belief, revised", "belief-revised"),
        ("artifact", "Notebook: eight schools", "eight-schools"),
        ("quote", "What an interval says", "intervals"),
    ),
    "art history": (
        ("document", "Light and where it comes from", "light"),
        ("artifact", "Gallery guide, rooms 4 to 9", "rooms-4-to-9"),
        ("quote", "Paris and the print", "paris-print"),
    ),
    "knowledge graphs": (
        ("document", "知識グラフ入門ノート", "chishiki-nyumon"),
        ("document", "图谱与向量", "tupu-xiangliang"),
        ("artifact", "Query workbook", "query-workbook"),
    ),
    "history of mathematics": (
        ("document", "كتاب الجبر والمقابلة: ملاحظات", "al-jabr"),
        ("quote", "From Baghdad to Toledo", "baghdad-toledo"),
    ),
}

QUIZZES = (
    "Three questions about {}: two right, the third nearly so. The edge case is worth a look.",
    "Three questions about {}: all right, and the last one in your own words.",
    "Three questions about {}: one right. The definition is there, the consequences are not yet.",
    "Two questions about {}: both right, though the second took a hint.",
)
REASONS = (
    "often studied after {}",
    "mentioned together with {} in two of your sources",
    "a claim of yours about {} leans on it",
    "you asked about {} and have not opened it yet",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A chat question with its answer's summary and the concepts that the turn mentions."""

    text: str
    answer: str
    concepts: tuple[str, ...]

    @property
    def intent(self) -> str:
        """What the chat takes the question for."""
        if self.text.startswith(("Quiz", "Test")):
            return "quiz"
        return "compare" if "differ" in self.text else "question"


@dataclass(slots=True)
class Concept:
    """What a learner can meet about one concept."""

    id: str
    name: str
    questions: list[Question] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    claims: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def add_exercises(self, answer: str) -> None:
        """Add what follows when question and passages are used up: a quiz, and the finer print."""
        for question in self.questions:
            sentences = re.split("(?<=。)|(?<=[.]) ", question.answer)
            self.passages += (sentence for sentence in sentences if len(sentence) > 20)
        key = self.id.removeprefix("c-")
        self.questions.append(
            Question(f"Quiz me on {self.name}.", answer.format(self.name), (key,))
        )


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of study: concepts in the order of attention, how long, and the pause after it."""

    concepts: str
    events: int
    pace: float
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Study:
    """One session of the sample: who studies what, when, in which phases."""

    session_tail: str
    actor: str | None
    domain: str
    start: str
    phases: tuple[Phase, ...]


STUDIES = (
    Study(
        "k3f9x2mq7",
        "user-bo",
        "cell biology",
        "2026-11-09T13:10:24.118204",
        (
            Phase("membrane mito endo", 36, 50, pause=6.4),
            Phase("atp chemi mito", 30, 40, pause=17.2),
            Phase("ribo er golgi nucleus", 30, 45),
            Phase("cycle mitosis apop mito", 30, 38),
        ),
    ),
    Study(
        "p0w4zt81a",
        "user-mei",
        "statistics",
        "2026-11-10T18:32:07",
        (
            Phase("rule prior likelihood", 28, 45),
            Phase("posterior conj credible", 26, 55, pause=21),
            Phase("mcmc hmc hier", 26, 60),
            Phase("factor ppc posterior", 14, 40),
        ),
    ),
    Study(
        "9c2hv6ron",
        "user-ada",
        "distributed systems",
        "2026-11-12T09:01:12.480311",
        (
            Phase("replication wal quorum fault cap wal", 48, 75),
            Phase("raft election logrep wal paxos split flp raft", 76, 62, pause=12.1),
            Phase("lamport happens vector hlc linear causal vector eventual", 66, 66, pause=42.3),
            Phase("snapshot skew serial mvcc snapshot twopc saga", 70, 50),
            Phase("idem sourcing cqrs outbox idem once checkpoint", 62, 46, pause=4.5),
            Phase("crdt gossip hashing merkle lsm btree pressure", 40, 40),
            Phase("raft vector snapshot twopc cqrs idem", 38, 24),
        ),
    ),
    Study(
        "1ay7db5lw",
        "user-lena",
        "art history",
        "2026-11-03T10:15:40.006500",
        (
            Phase("perspective sfumato chiaro", 22, 60),
            Phase("tenebrism baroque chiaro", 20, 50, pause=25.6),
            Phase("ukiyo impress pointil cubism bauhaus", 32, 45),
        ),
    ),
    Study(
        "z8e3gq0ux",
        "user-haru",
        "knowledge graphs",
        "2026-11-04T02:20:03.771200",
        (
            Phase("kg onto triple reason", 26, 48, pause=8.3),
            Phase("embed link entity sparql kg", 24, 52),
        ),
    ),
    Study(
        "f6m1s9jtb",
        "user-omar",
        "history of mathematics",
        "2026-11-05T16:44:55.250000",
        (Phase("jabr khwarizmi algo numeral khayyam jabr", 32, 70),),
    ),
    Study(
        "b4r7o2ceh",
        None,
        "distributed systems",
        "2026-11-06T07:30:00",
        (Phase("snapshot skew idem vector", 31, 26),),
    ),
)

# Turns that reached the log without the session that they belonged to.
FRAGMENTS = (
    ("user-ada", "distributed systems", "pressure", "2026-11-13T08:12:44.902117"),
    (None, "statistics", "credible", "2026-11-13T19:05:31"),
    ("user-omar", "history of mathematics", "algo", "2026-11-17T15:58:02.340008"),
    ("user-bo", "cell biology", "apop", "2026-11-19T11:27:19.663900"),
)


def parse_subject(text: str) -> dict[str, Concept]:
    """Read a block of concepts in the notation described above; raise ValueError on any other."""
    concepts: dict[str, Concept] = {}
    for mark, line in _marked_lines(text):
        body, _, related = (part.strip() for part in line.partition("~"))
        if mark == "@":
            key, _, name = (part.strip() for part in body.partition("|"))
            concept = concepts[key] = Concept(f"c-{key}", name)
        elif mark == "?":
            question, ids = body, (key, *related.split())
        elif mark == "=":
            concept.questions.append(Question(question, body, ids))
        elif mark == '"':
            concept.passages.append(body)
        elif mark == "!":
            concept.claims.append((body, (key, *related.split())))
        else:
            raise ValueError(f"a line begins with {mark!r}: {line}")
    for concept, answer in zip(concepts.values(), cycle(QUIZZES), strict=False):
        concept.add_exercises(answer)
    return concepts


def _marked_lines(text: str) -> Iterator[tuple[str, str]]:
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.startswith(" "):
            wide = unicodedata.east_asian_width(lines[-1][-1]) in "WF"
            lines[-1] += ("" if wide else " ") + line.strip()
        else:
            lines.append(line)
    return ((line[0], line[2:]) for line in lines)


SUBJECTS = {
    "distributed systems": parse_subject(DISTRIBUTED),
    "cell biology": parse_subject(CELL),
    "statistics": parse_subject(BAYES),
    "art history": parse_subject(ART),
    "knowledge graphs": parse_subject(GRAPH),
    "history of mathematics": parse_subject(ALGEBRA),
}


class Learner:
    """Plays one session of the sample: each method is something that a learner, or the system in
    answer, does; all of them append to `rows`."""

    def __init__(self, session: str, actor: str | None, domain: str, start: str, seed: int) -> None:
        self.session = session
        self.actor = actor
        self.domain = domain
        self.now = datetime.fromisoformat(start)
        self.rows: list[tuple[datetime, Row]] = []
        self._rng = random.Random(seed)
        self._concepts = SUBJECTS[domain]
        self._sources = SOURCES[domain]
        self._questions = {k: iter(c.questions) for k, c in self._concepts.items()}
        self._passages = {k: iter(c.passages) for k, c in self._concepts.items()}
        self._claims = {k: cycle(c.claims) for k, c in self._concepts.items()}
        self._claim_ids: dict[str, str] = {}
        self._confidence: dict[str, float] = {}
        self._weights: dict[str, float] = {}
        self._captures = 0
        self._delay = timedelta(milliseconds=3)

    def study(self, phase: Phase) -> None:
        """Work through a phase: attention moves along its concepts and sometimes looks back."""
        focus = phase.concepts.split()
        first, end = len(self.rows), len(self.rows) + phase.events
        while True:
            done = (len(self.rows) - first) / phase.events
            at = int(done * len(focus))
            back = self._rng.random() < 0.2
            key = focus[max(0, at - self._rng.randint(1, 2)) if back else at]
            self._do_something(key)
            if len(self.rows) >= end:
                break
            self._wait(self._rng.lognormvariate(0, 1.1) * phase.pace / 1.8)
        self._wait(phase.pause * 60)

    def _do_something(self, key: str) -> None:
        activities = (self.read, self.ask, self.look_up, self.capture, self.state)
        (activity,) = self._rng.choices(activities, weights=(34, 22, 8, 12, 10))
        if not self.rows:
            activity = self.read
        activity(key)

    def read(self, key: str) -> None:
        """Open a source and highlight a passage or two in a burst."""
        number, (_, title, _) = self._source(key)
        self._add(
            "UserViewed",
            ("source", f"s-{number}"),
            {"name": title, "page": self._rng.randint(1, 40)},
        )
        for text in islice(self._passages[key], self._rng.choice((0, 1, 1, 2, 3))):
            self._wait(self._rng.uniform(2, 25))
            start = self._rng.randint(40, 9000)
            span = {"text": text, "start": start, "end": start + len(text)}
            self._add("UserHighlighted", ("source", f"s-{number}"), span)

    def ask(self, key: str) -> None:
        """One chat turn: the question with its answer, then perhaps what the system makes of it."""
        question = next(self._questions[key], None)
        if question is None:
            self.read(key)
            return
        turn = f"turn-{self._rng.getrandbits(32):08x}"
        payload: Payload = {
            "message": question.text,
            "intent": question.intent,
            "answer_summary": question.answer,
            "evidence_count": self._rng.randint(1, 6),
            "mentioned_concepts": [self._mention(k) for k in question.concepts],
        }
        message = ("chat_message", f"m-{len(self.rows) + 1}")
        self._add("ChatMessageCreated", message, payload, correlation=turn)
        if self._rng.random() < 0.35:
            self._wait(self._rng.uniform(0.2, 0.9))
            self.recommend(key, turn)
        if self._rng.random() < 0.3:
            self._wait(self._rng.uniform(0.05, 0.3))
            self.update_context(turn)

    def look_up(self, key: str) -> None:
        """Open the concept itself in the graph."""
        concept = self._concepts[key]
        surface = self._rng.choice(("graph", "search", "chat"))
        seen: Payload = {"name": concept.name, "surface": surface}
        self._add("UserViewed", ("concept", concept.id), seen)

    def capture(self, key: str) -> None:
        """Capture a source; the claim drawn from it is stored in the same microsecond."""
        _, (kind, title, slug) = self._source(key)
        self._captures += 1
        url = f"https://example.org/{slug}#{key}"
        self._add("SourceCaptured", (kind, f"a-{self._captures}"), {"url": url, "title": title})
        self.state(key)

    def state(self, key: str) -> None:
        """State a claim, or state it again with more confidence."""
        text, keys = next(self._claims[key])
        claim = self._claim_ids.setdefault(text, f"cl-{len(self._claim_ids) + 1}")
        before = self._confidence.get(text, self._rng.uniform(0.4, 0.6))
        confidence = self._confidence[text] = before + (1 - before) * self._rng.uniform(0.1, 0.5)
        payload: Payload = {
            "claim_id": claim,
            "text": text,
            "confidence": round(confidence, 3),
            "concept_ids": [self._concepts[k].id for k in keys],
        }
        self._add("ClaimUpserted", ("claim", claim), payload)

    def recommend(self, key: str, turn: str) -> None:
        """The system recommends a concept that has had little attention yet."""
        others = [c for k, c in self._concepts.items() if k != key]
        fresh = [c for c in others if self._weights.get(c.id, 0.0) < 0.3]
        concept = self._rng.choice(fresh or others)
        reason = self._rng.choice(REASONS).format(self._concepts[key].name)
        score = round(self._rng.uniform(0.3, 0.95), 3)
        payload: Payload = {"name": concept.name, "reason": reason, "score": score}
        ref = ("concept", concept.id)
        self._add("RecommendationGenerated", ref, payload, correlation=turn, system=True)

    def update_context(self, turn: str) -> None:
        """The system notes the three heaviest concepts and the uncertainty of this moment."""
        names = {c.id: c.name for c in self._concepts.values()}
        heaviest = sorted(self._weights, key=lambda k: -min(1.0, self._weights[k]))[:3]
        count = len(self.rows)
        payload: Payload = {
            "active_concepts": [
                {"concept_id": k, "weight": round(min(1.0, self._weights[k]), 2), "name": names[k]}
                for k in heaviest
            ],
            "uncertainty_score": 0.8 if count < 5 else 0.5 if count < 10 else 0.2,
        }
        self._add("SessionContextUpdated", None, payload, correlation=turn, system=True)

    def deliver_late(self, positions: Iterable[int], minutes: float) -> None:
        """Let some events reach the log later than they occurred, as from a device offline."""
        for position in positions:
            arrived, row = self.rows[position]
            arrived += timedelta(minutes=minutes)
            self.rows[position] = (arrived, (*row[:-1], _created_at(arrived)))

    def _source(self, key: str) -> tuple[int, tuple[str, str, str]]:
        at = list(self._concepts).index(key) * len(self._sources) // len(self._concepts)
        return at + 1, self._sources[at]

    def _mention(self, key: str) -> dict[str, str]:
        concept = self._concepts[key]
        return {"concept_id": concept.id, "name": concept.name}

    def _wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        if self._rng.random() < 0.08:  # some clients know whole seconds only
            self.now = (self.now + timedelta(seconds=1)).replace(microsecond=0)

    def _add(
        self,
        event_type: str,
        ref: tuple[str, str] | None,
        payload: Payload,
        *,
        correlation: str | None = None,
        system: bool = False,
    ) -> None:
        if event_type != "SessionContextUpdated" and self._rng.random() < 0.8:
            payload = {**payload, "domain": self.domain}
        if event_type == "ChatMessageCreated":
            key: str | None = f"chat-msg-{self.session}-{_milliseconds(self.now)}"
        else:
            key = None if self._rng.random() < 0.2 else f"{self._rng.getrandbits(128):032x}"
        trace = f"{self._rng.getrandbits(128):032x}" if correlation and not system else None
        arrived = self.now + self._delay
        row: Row = (
            str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
            event_type,
            self.session,
            None if system else self.actor,
            self.now.isoformat(),
            1,
            key,
            correlation,
            trace,
            *(ref or (None, None)),
            json.dumps(payload),
            _created_at(arrived),
        )
        self.rows.append((arrived, row))
        self._weigh(event_type, ref, payload)

    def _weigh(self, event_type: str, ref: tuple[str, str] | None, payload: Payload) -> None:
        gains: list[tuple[str, float]] = []
        if event_type == "UserViewed" and ref and ref[0] == "concept":
            gains = [(ref[1], 0.2)]
        elif event_type == "ChatMessageCreated":
            gains = [(m["concept_id"], 0.15) for m in payload["mentioned_concepts"]]  # type: ignore[attr-defined]
        elif event_type == "ClaimUpserted":
            gains = [(k, 0.1) for k in payload["concept_ids"]]  # type: ignore[attr-defined]
        for key, gain in gains:
            self._weights[key] = self._weights.get(key, 0.0) + gain


def _created_at(instant: datetime) -> str:
    return instant.isoformat(sep=" ", timespec="seconds")


def _milliseconds(instant: datetime) -> int:
    return int(instant.replace(tzinfo=UTC).timestamp() * 1000)


def sample_rows() -> list[Row]:
    """All rows of the sample in their order of arrival; the same ones every time."""
    learners = []
    for seed, study in enumerate(STUDIES, start=2026):
        start = datetime.fromisoformat(study.start)
        session = f"session_{_milliseconds(start)}_{study.session_tail}"
        learner = Learner(session, study.actor, study.domain, study.start, seed)
        for phase in study.phases:
            learner.study(phase)
        learners.append(learner)
    learners[0].deliver_late((71, 72, 73), minutes=8.5)
    arrivals = chain.from_iterable(x.rows for x in chain(learners, _fragments(), _strays()))
    return [row for _, row in sorted(arrivals, key=lambda arrival: arrival[0])]


def _fragments() -> Iterator[Learner]:
    for seed, (actor, domain, key, start) in enumerate(FRAGMENTS, start=1):
        session = f"{random.Random(start).getrandbits(128):032x}"
        learner = Learner(session, actor, domain, start, seed)
        learner.ask(key)
        del learner.rows[1:]
        yield learner


def _strays() -> Iterator[Learner]:
    learner = Learner("unknown", None, "art history", "2026-11-07T21:40:09", 7)
    for key in ("ukiyo", "impress"):
        learner.capture(key)
        learner.now += timedelta(seconds=94.5)
    yield learner


def write_sample(path: Path) -> None:
    """Write the sample log to `path`, replacing what is there; same rows, same bytes each time."""
    _write(path, sample_rows(), journal="delete", compact=True)


# A big log: the same table at the size where a program shows what it is made of. Its text is filler
# of realistic length; times, popularity, sizes and keys are what matters.

BIG_START = datetime.fromisoformat("2026-11-02T08:00:00")
CHUNK = 1 << 16
SESSION_BITS = 24
LAST_SESSION = (1 << SESSION_BITS) - 1
NOISE = 80  # random hexadecimal digits a row
VIEWED, HIGHLIGHTED, CHATTED, CAPTURED, CLAIMED, RECOMMENDED, UPDATED = range(7)
BIG_TYPES = (
    "UserViewed",
    "UserHighlighted",
    "ChatMessageCreated",
    "SourceCaptured",
    "ClaimUpserted",
    "RecommendationGenerated",
    "SessionContextUpdated",
)
BIG_WEIGHTS = (34, 15, 22, 8, 13, 5, 3)
BIG_DOMAINS = tuple(SUBJECTS)
BIG_ACTORS = (None, None, None, *(f"user-{n:03d}" for n in range(200)))
LARGEST_PAYLOAD = 2168


def write_big(
    path: Path,
    *,
    events: int = 1_000_000,
    others: int = 1_000_000,
    sessions: int = 10_000,
    concepts: int = 5_000,
    shuffled: bool = False,
    seed: int = 1,
    journal: str = "delete",
    force: bool = False,
) -> None:
    """Write a big log to a new file `path`; the same arguments give the same rows.

    `session-big` gets exactly `events` events, and `sessions` small sessions together exactly
    `others`, at least one each. `concepts` are popular by Zipf's law, and the big session meets
    every one of them where it has at least two events for each. Rows come in the order of time, or
    `shuffled`. `journal` is the journal mode that the file keeps, `delete` or `wal`.

    Raises FileExistsError rather than replace a file, unless by `force`, and ValueError for numbers
    that cannot be.
    """
    if min(events, others, sessions) < 0 or concepts < 1:
        raise ValueError("numbers of events and sessions are 0 or more, of concepts 1 or more")
    if others and not 0 < sessions <= others:
        raise ValueError("each of the other sessions takes at least one of the other events")
    if sessions > LAST_SESSION:
        raise ValueError(f"at most {LAST_SESSION:,} other sessions")
    if path.exists() and not force:
        raise FileExistsError(f"{path} is already there: name another file, or replace it by force")
    rng = random.Random(seed)
    moments = _moments(rng, events=events, others=others, sessions=sessions if others else 0)
    if shuffled:
        rng.shuffle(moments)
    maker = _BigRows(rng, moments, events=events, concepts=concepts, imported=shuffled)
    _write(path, _reported(maker.rows(), len(moments)), journal=journal)


def _moments(rng: random.Random, *, events: int, others: int, sessions: int) -> list[int]:
    """When each event occurs and in which session (0 is the big one), as one sortable integer:
    microseconds since the start, then the session's number in the lowest bits."""
    times = list(_big_session_times(rng, events))
    moments = [time << SESSION_BITS for time in times]
    span = times[-1] if times else 14 * 86_400_000_000
    for number, size in enumerate(session_sizes(rng, others, sessions), start=1):
        time = rng.randrange(span + 1)
        for _ in range(size):
            moments.append(time << SESSION_BITS | number)
            time += _gap(rng, 20_000_000)
    moments.sort()
    return moments


def _big_session_times(rng: random.Random, events: int) -> Iterator[int]:
    """Bursts, with a break about every 2,000 events and a night every 40,000."""
    time = 0
    for number in range(1, events + 1):
        yield time
        time += _gap(rng, 350_000)
        if number % 40_000 == 0:
            time += 36_000_000_000 + rng.randrange(7_200_000_000)
        elif number % 2_000 == 0:
            time += 180_000_000 + rng.randrange(1_200_000_000)


def _gap(rng: random.Random, mean: int) -> int:
    return 0 if rng.random() < 0.03 else int(rng.expovariate(1.0) * mean)


def session_sizes(rng: random.Random, others: int, sessions: int) -> list[int]:
    """How many events each small session has: at least one, many with just that, few with many."""
    if not sessions:
        return []
    shares = [
        0.0 if rng.random() < 0.3 else min(40.0, rng.paretovariate(1.3)) for _ in range(sessions)
    ]
    shares[0] = shares[0] or 1.0
    bounds = list(accumulate(shares, initial=0.0))
    spare = others - sessions
    steps = [int(spare * (bound / bounds[-1])) for bound in bounds]
    return [1 + end - begin for begin, end in pairwise(steps)]


class _BigRows:
    """Makes the rows of a big log; written for speed: a row is put together from ready parts."""

    def __init__(
        self,
        rng: random.Random,
        moments: list[int],
        *,
        events: int,
        concepts: int,
        imported: bool,
    ) -> None:
        self._rng = rng
        self._moments = moments
        self._imported = imported
        self._ids = [f"c-{number:06d}" for number in range(concepts)]
        self._names = _concept_names(concepts)
        self._mentions = [
            f'{{"concept_id": "{i}", "name": "{n}"}}'
            for i, n in zip(self._ids, self._names, strict=True)
        ]
        self._popular = _zipf(rng, concepts)
        self._unseen = rng.sample(range(concepts), concepts)
        self._unseen_rate = concepts * 1.02 / events if events else 0.0
        self._filler = _filler(rng)
        self._sessions: dict[int, tuple[str, str | None]] = {0: (BIG_SESSION, "user-ada")}
        self._in_big = 0
        self._chat_keys: set[int] = set()
        self._payload: tuple[Callable[[str, int], Reference], ...] = (
            self._viewed,
            self._highlighted,
            self._chatted,
            self._captured,
            self._claimed,
            self._recommended,
            self._updated,
        )

    def rows(self) -> Iterator[Row]:
        """All rows, in the order of the moments."""
        cumulative = list(accumulate(BIG_WEIGHTS))
        for begin in range(0, len(self._moments), CHUNK):
            chunk = self._moments[begin : begin + CHUNK]
            kinds = self._rng.choices(range(7), cum_weights=cumulative, k=len(chunk))
            noise = self._rng.randbytes(len(chunk) * NOISE // 2).hex()
            for at, (moment, kind) in enumerate(zip(chunk, kinds, strict=True)):
                yield self._row(moment, kind, noise[at * NOISE : (at + 1) * NOISE])

    def _row(self, moment: int, kind: int, bits: str) -> Row:
        microseconds, number = moment >> SESSION_BITS, moment & LAST_SESSION
        if number not in self._sessions:
            self._sessions[number] = self._session(microseconds)
        session, actor = self._sessions[number]
        self._in_big += not number
        due = 0 if number else int(self._in_big * self._unseen_rate)
        ref_type, ref_id, payload = self._payload[kind](bits, due)
        time = (BIG_START + timedelta(microseconds=microseconds)).isoformat()
        return (
            f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:32]}",
            BIG_TYPES[kind],
            session,
            None if kind >= RECOMMENDED else actor,
            time,
            1,
            self._key(kind, bits, session, moment),
            f"turn-{bits[64:72]}" if kind in (CHATTED, RECOMMENDED, UPDATED) else None,
            bits[48:80] if kind == CHATTED else None,
            ref_type,
            ref_id,
            payload,
            "2026-12-01 06:00:00" if self._imported else f"{time[:10]} {time[11:19]}",
        )

    def _session(self, microseconds: int) -> tuple[str, str | None]:
        rng = self._rng
        actor = rng.choice(BIG_ACTORS)
        if rng.random() < 0.2:
            return f"{rng.getrandbits(128):032x}", actor
        instant = BIG_START + timedelta(microseconds=microseconds)
        tail = "".join(rng.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=9))
        return f"session_{_milliseconds(instant)}_{tail}", actor

    def _key(self, kind: int, bits: str, session: str, moment: int) -> str | None:
        if kind == CHATTED:
            number = moment & LAST_SESSION
            milliseconds = (moment >> SESSION_BITS) // 1000
            key = milliseconds << SESSION_BITS | number
            if key not in self._chat_keys:
                self._chat_keys.add(key)
                start = _milliseconds(BIG_START)
                return f"chat-msg-{session}-{start + milliseconds}"
        return None if bits[32] in "01" else bits[32:64]

    def _concept(self, due: int) -> int:
        """A concept by popularity, or one that the big session is due to have met by now."""
        unseen = self._unseen
        if unseen and len(self._ids) - len(unseen) < due:
            return unseen.pop()
        return next(self._popular)

    def _text(self, bits: str, least: int, most: int) -> str:
        begin = int(bits[32:36], 16)
        length = least + int(bits[36:40], 16) * int(bits[40:44], 16) * (most - least) // (1 << 32)
        return self._filler[begin : begin + length]

    def _viewed(self, bits: str, due: int) -> Reference:
        domain = BIG_DOMAINS[int(bits[44], 16) % 6]
        rest = f'"surface": "graph", "dwell_ms": {int(bits[45:49], 16)}, "domain": "{domain}"'
        if bits[50] in "0123":
            source = int(bits[51:53], 16)
            title = self._text(bits, 60, 100)
            return "source", f"s-{source}", f'{{"name": "{title}", {rest}, "page": {source}}}'
        concept = self._concept(due)
        path = self._text(bits, 60, 100)
        return (
            "concept",
            self._ids[concept],
            f'{{"name": "{self._names[concept]}", {rest}, "path": "{path}"}}',
        )

    def _highlighted(self, bits: str, due: int) -> Reference:
        start, text = int(bits[45:49], 16), self._text(bits, 100, 600)
        span = f'"start": {start}, "end": {start + len(text)}'
        return "source", f"s-{int(bits[51:53], 16)}", f'{{"text": "{text}", {span}}}'

    def _chatted(self, bits: str, due: int) -> Reference:
        picks = [self._concept(due) for _ in range(int(bits[45], 16) % 5)]
        mentioned = ", ".join([self._mentions[pick] for pick in picks])
        answer = self._text(bits, 200, LARGEST_PAYLOAD - 200 - len(mentioned))
        payload = (
            f'{{"message": "{answer[40:90]}?", "intent": "question", "answer_summary": "{answer}", '
            f'"evidence_count": {int(bits[46], 16)}, "mentioned_concepts": [{mentioned}]}}'
        )
        if bits[47] in "01234567":
            return None, None, payload
        return "chat_message", f"m-{bits[56:64]}", payload

    def _captured(self, bits: str, due: int) -> Reference:
        kind = ("document", "quote", "artifact", "document")[int(bits[44], 16) % 4]
        url, title = f"https://example.org/{bits[56:64]}", self._text(bits, 85, 150)
        return kind, f"a-{bits[56:64]}", f'{{"url": "{url}", "title": "{title}"}}'

    def _claimed(self, bits: str, due: int) -> Reference:
        picks = [self._concept(due) for _ in range(int(bits[45], 16) % 4)]
        concepts = ", ".join([f'"{self._ids[pick]}"' for pick in picks])
        claim, confidence = f"cl-{bits[56:61]}", int(bits[47:50], 16) / 4096
        return (
            "claim",
            claim,
            f'{{"claim_id": "{claim}", "text": "{self._text(bits, 60, 300)}", '
            f'"confidence": {confidence:.3f}, "concept_ids": [{concepts}]}}',
        )

    def _recommended(self, bits: str, due: int) -> Reference:
        concept, score = next(self._popular), int(bits[47:50], 16) / 4096
        reason = self._text(bits, 90, 150)
        return (
            "concept",
            self._ids[concept],
            f'{{"name": "{self._names[concept]}", "reason": "{reason}", "score": {score:.3f}}}',
        )

    def _updated(self, bits: str, due: int) -> Reference:
        heaviest = ", ".join(
            f'{{"concept_id": "{self._ids[next(self._popular)]}", "weight": 1.0}}' for _ in range(3)
        )
        return None, None, f'{{"active_concepts": [{heaviest}], "uncertainty_score": 0.2}}'


def _concept_names(count: int) -> list[str]:
    """Distinct names in several scripts, escaped as JSON has them."""
    concepts = chain.from_iterable(subject.values() for subject in SUBJECTS.values())
    known = [json.dumps(concept.name)[1:-1] for concept in concepts]
    return [f"{known[number % len(known)]} {number // len(known) + 1}" for number in range(count)]


def _zipf(rng: random.Random, count: int) -> Iterator[int]:
    """Endless numbers under `count`, the n-th most popular of them drawn in proportion to 1/n."""
    numbers = rng.sample(range(count), count)
    cumulative = list(accumulate(1 / n for n in range(1, count + 1)))
    while True:
        yield from rng.choices(numbers, cum_weights=cumulative, k=CHUNK)


def _filler(rng: random.Random) -> str:
    """Plain sentences without anything that JSON escapes, long enough to cut any payload from."""
    concepts = chain.from_iterable(subject.values() for subject in SUBJECTS.values())
    sentences = [p for c in concepts for p in c.passages if p.isascii() and not set(p) & set('"\\')]
    picked = rng.choices(sentences, k=(1 << 16) // 30)
    text = " ".join(picked)
    while len(text) < (1 << 16) + LARGEST_PAYLOAD:
        text += " " + rng.choice(sentences)
    return text


def _reported(rows: Iterator[Row], total: int) -> Iterator[Row]:
    """Pass the rows on, telling standard error how far they are."""
    for count, row in enumerate(rows, start=1):
        if count % 100_000 == 0:
            print(f"{count:,} of {total:,} rows", file=sys.stderr)
        yield row
    print("building the indexes", file=sys.stderr)


def _write(path: Path, rows: Iterable[Row], *, journal: str, compact: bool = False) -> None:
    """Write a whole log beside `path`, then put it there: nobody sees half of one."""
    partial = path.with_name(path.name + ".partial")
    _remove(partial)
    connection = apsw.Connection(str(partial))
    try:
        connection.execute("PRAGMA journal_mode=off; PRAGMA synchronous=off; PRAGMA threads=2")
        connection.execute("PRAGMA cache_size=-1000000; PRAGMA temp_store=memory")
        connection.execute("BEGIN; " + TABLE)
        connection.executemany(f"INSERT INTO events VALUES ({','.join('?' * 13)})", rows)
        connection.execute(INDEXES + "COMMIT")
        if compact:
            connection.execute("VACUUM")
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.close()
        _remove(path)
        partial.replace(path)
    finally:
        connection.close()
        _remove(partial)


def _remove(path: Path) -> None:
    for suffix in ("", *SIDECARS):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Write event logs. Without a command: the sample, beside this script.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    sample = commands.add_parser("sample", help="the sample of study sessions (the default)")
    sample.add_argument("out", nargs="?", type=Path, default=SAMPLE, help="default: %(default)s")
    sample.add_argument("--force", action="store_true", help="replace OUT if it is there")
    big = commands.add_parser(
        "big",
        help="a big log to measure with",
        description=f"Write a big log: one session, {BIG_SESSION}, among many small ones.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    big.add_argument("out", type=Path, metavar="OUT", help="the file to write")
    big.add_argument("--events", type=int, default=1_000_000, help=f"events of {BIG_SESSION}")
    big.add_argument("--others", type=int, default=1_000_000, help="events of the small sessions")
    big.add_argument("--sessions", type=int, default=10_000, help="number of small sessions")
    big.add_argument("--concepts", type=int, default=5_000, help="number of concepts")
    big.add_argument("--shuffled", action="store_true", help="rows in random order, not by time")
    big.add_argument("--seed", type=int, default=1, help="other rows of the same kind")
    big.add_argument("--journal", choices=("delete", "wal"), default="delete", help="journal mode")
    big.add_argument("--force", action="store_true", help="replace OUT if it is there")
    return parser


def _run(options: argparse.Namespace, out: Path) -> None:
    if options.command != "big":
        if out != SAMPLE and out.exists() and not options.force:
            raise FileExistsError(out)
        write_sample(out)
        return
    write_big(
        out,
        events=options.events,
        others=options.others,
        sessions=options.sessions,
        concepts=options.concepts,
        shuffled=options.shuffled,
        seed=options.seed,
        journal=options.journal,
        force=options.force,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 done, 2 a fault with a message that says what to do."""
    parser = _parser()
    options = parser.parse_args(arguments)
    out: Path = getattr(options, "out", SAMPLE)
    if out.is_dir() or not out.parent.is_dir():
        parser.error(f"{out} cannot be written: name a file in a folder that exists")
    try:
        _run(options, out)
    except FileExistsError:
        parser.error(f"{out} is already there: name another file, or replace it with --force")
    except ValueError as error:
        parser.error(str(error))
    except (OSError, apsw.Error) as error:
        parser.error(f"{out} cannot be written ({error}): see to the folder and the space on disk")
    return 0


if __name__ == "__main__":
    sys.exit(main())
