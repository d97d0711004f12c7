package io.diffusion4j.it.words;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A phrase that the documents and the Javadoc avoid.
 *
 * @param phrase the phrase, in lower or upper case, over line ends too
 * @param instead what to write
 */
record Habit(Pattern phrase, String instead) {
  private static final String FOR_PEOPLE =
      "a verb for things: returns, contains, prints, lists, describes";
  private static final String REQUESTED = "requested, called, evaluated, or the name of the option";

  /** The phrases, each with what to write in its place. */
  static final List<Habit> ALL =
      List.of(
          of("told(?! apart)", "notified, or the input that a network receives"),
          of("tells?(?! apart)", FOR_PEOPLE),
          of("says", FOR_PEOPLE),
          of("hears", "is notified of, receives"),
          of("asks", FOR_PEOPLE),
          of("asked (?:for|about|of|to)", REQUESTED),
          of("(?:is|are|was|were) asked", REQUESTED),
          of("speaks", "uses, supports"),
          of("whoever", "the caller, the client, code that"),
          of("who (?:calls|asks|reads|wants|waits|watches|stops|closes|opens)", "the caller that"),
          of("what there (?:is|are)", "the noun"),
          of("what (?:ships|shipped)", "the shipped model"),
          of("the default of then", "the default at the time"),
          of("what (?:is|was) made of", "the noun"),
          of("what becomes of", "the noun"),
          of("what is done to", "the treatment of"),
          of("comes? to the same", "equals"),
          of("so many (?!that\\b)", "this many"),
          of("goes? on (?:from|where)", "resumes"),
          of("gone on with", "resumed"),
          of("in (?:any|its|their) company", "in a batch"),
          of("in vain", "without a use"),
          of("beside other work", "on a busy machine"),
          of("learns? by heart", "memorises"),
          of("trainings", "training runs"),
          of("processor time", "CPU time"),
          of("by turns", "alternating"),
          of("(?:whose|its|their|on) company", "batch"),
          of("for ever", "without end"),
          of("the model that ships", "the shipped model"),
          of("the usual one", "the default"),
          of("the whole way", "the full trajectory"),
          of("way back", "the reverse process"),
          of("network's answers?", "the network's output or prediction"),
          of("the network answers", "the network predicts"),
          of("(?:from|without) words", "from or without a prompt; unconditional"),
          of("the meter", "the metric"),
          of("by the end of (?:the|its) name", "by the file extension"),
          of("its like", "the noun"),
          of("each above it", "each shown above the other"),
          of("passed over", "ignored"));

  private static Habit of(String phrase, String instead) {
    String anySpace = "\\b" + phrase.replace(" ", "\\s+") + "\\b";
    return new Habit(Pattern.compile(anySpace, Pattern.CASE_INSENSITIVE), instead);
  }
}
