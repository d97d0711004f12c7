package io.diffusion4j.cli.inspect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.data.Tally;
import io.diffusion4j.evaluation.DataSetStatistics;
import io.diffusion4j.evaluation.Quantiles;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A survey of a data set as text and as JSON. */
final class SurveyFormat {
  /** The number of duplicates and broken pictures in the text. */
  private static final int SHOWN = 10;

  private static final int BAR = 40;

  private SurveyFormat() {}

  static void text(DataSetStatistics survey, Tally notRead, PrintWriter out) {
    out.printf(Locale.ROOT, "%s: %,d pictures%n", survey.name(), survey.pictures());
    if (!notRead.counts().isEmpty()) {
      out.println("not read: " + notRead);
    }
    sizes(survey, out);
    captions(survey, out);
    survey.model().ifPresent(reading -> reading(reading, survey.captions().count(), out));
    List<List<String>> twice = survey.duplicates();
    out.printf(Locale.ROOT, "duplicates: %,d%n", twice.stream().mapToInt(d -> d.size() - 1).sum());
    list(twice.stream().map(keys -> String.join(" = ", keys)).toList(), out);
    out.printf(
        Locale.ROOT, "broken: %,d (%.1f %%)%n", survey.broken().size(), 100 * survey.brokenShare());
    list(survey.broken(), out);
    out.flush();
  }

  private static void sizes(DataSetStatistics survey, PrintWriter out) {
    var sizes = survey.sizes();
    out.printf("width:  %s%n", spread(sizes.width()));
    out.printf("height: %s%n", spread(sizes.height()));
    long most = sizes.shorterSides().values().stream().mapToLong(Long::longValue).max().orElse(1);
    sizes
        .shorterSides()
        .forEach(
            (side, count) ->
                out.printf(
                    Locale.ROOT,
                    "  shorter side %5d to %-5d %,9d  %s%n",
                    side,
                    2 * side - 1,
                    count,
                    "#".repeat((int) Math.max(1, BAR * count / most))));
  }

  private static void captions(DataSetStatistics survey, PrintWriter out) {
    var captions = survey.captions();
    out.printf(
        Locale.ROOT,
        "captions: %,d, of %.1f %% of the pictures%n",
        captions.count(),
        100.0 * captions.captioned() / survey.pictures());
    if (!captions.bad().isEmpty()) {
      out.println("captions: " + Tally.words(captions.bad()));
    }
    if (captions.count() > 0) {
      out.printf("  words each: %s%n", spread(captions.words()));
      out.printf(
          Locale.ROOT,
          "  different words: %,d: %s%n",
          captions.vocabulary(),
          words(captions.frequent()));
    }
  }

  private static void reading(DataSetStatistics.Reading reading, long captions, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "  tokens each: %s; %,d of %,d captions have more than %d and are cut off%n",
        spread(reading.tokens()),
        reading.cut(),
        captions,
        reading.limit());
    reading
        .unknown()
        .ifPresent(
            unknown ->
                out.printf(
                    Locale.ROOT,
                    "  words that the model was not trained with: %,d%s%n",
                    unknown,
                    unknown == 0 ? "" : ": " + words(reading.frequentUnknown())));
  }

  private static String spread(Quantiles spread) {
    return String.format(
        Locale.ROOT,
        "%,d to %,d, half of them up to %,d",
        spread.least(),
        spread.most(),
        spread.median());
  }

  private static String words(List<DataSetStatistics.Word> words) {
    return words.stream()
        .map(word -> word.word() + " " + word.count())
        .collect(Collectors.joining(", "));
  }

  private static void list(List<String> lines, PrintWriter out) {
    lines.stream().limit(SHOWN).forEach(line -> out.println("  " + line));
    if (lines.size() > SHOWN) {
      out.printf(Locale.ROOT, "  and %,d more (--json lists all)%n", lines.size() - SHOWN);
    }
  }

  static String json(DataSetStatistics survey, Tally notRead) {
    var mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("name", survey.name());
    root.put("pictures", survey.pictures());
    root.set("notRead", mapper.valueToTree(notRead.counts()));
    root.set("sizes", mapper.valueToTree(survey.sizes()));
    root.set("captions", mapper.valueToTree(survey.captions()));
    survey
        .model()
        .ifPresent(
            reading -> {
              ObjectNode model = root.putObject("model");
              model.set("tokens", mapper.valueToTree(reading.tokens()));
              model.put("limit", reading.limit());
              model.put("cut", reading.cut());
              reading.unknown().ifPresent(unknown -> model.put("unknown", unknown));
              model.set("frequentUnknown", mapper.valueToTree(reading.frequentUnknown()));
            });
    root.set("duplicates", mapper.valueToTree(survey.duplicates()));
    root.set("broken", mapper.valueToTree(survey.broken()));
    return root.toPrettyString();
  }
}
