package io.diffusion4j.evaluation.report;

import static java.util.stream.Collectors.joining;

import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneSplit;
import io.diffusion4j.emoji.scene.Splits;
import io.diffusion4j.emoji.scene.Subject;
import io.diffusion4j.evaluation.Metric;
import io.diffusion4j.evaluation.Question;
import io.diffusion4j.evaluation.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * A folder with {@value #INDEX}: the table, and every picture beside a real one of its scene, with
 * its prompt and the questions that it passed and failed; and the pictures as PNG files. It is also
 * a {@link CaptionedFolder}, so its pictures can be measured again.
 */
public final class HtmlReport {
  static final String INDEX = "index.html";

  private static final String PAGE = "report.html";

  private HtmlReport() {}

  /**
   * Writes the folder, creating it if necessary.
   *
   * @param facts the facts that the numbers depend on, such as the model and the seed
   */
  public static void write(Path folder, Map<String, Object> facts, Result result) {
    List<String> generated = CaptionedFolder.writeImages(folder, "generated", result.generated());
    List<String> real = CaptionedFolder.writeImages(folder, "real", result.real());
    CaptionedFolder.writeCaptions(folder, generated, result.prompts());
    write(folder, facts, result.metrics(), sheets(result, generated, real));
  }

  /**
   * Writes the page.
   *
   * @param sheets the HTML below the table
   */
  static void write(Path folder, Map<String, Object> facts, List<Metric> metrics, String sheets) {
    String page =
        page()
            .replace("{title}", "Evaluation")
            .replace(
                "{facts}",
                escaped(
                    facts.entrySet().stream()
                        .map(f -> f.getKey() + ": " + f.getValue())
                        .collect(joining(" · "))))
            .replace("{headings}", row("th", TextReport.HEADINGS))
            .replace(
                "{rows}",
                metrics.stream()
                    .map(m -> "<tr>" + row("td", TextReport.cells(m)) + "</tr>")
                    .collect(joining("\n")))
            .replace("{sheets}", sheets);
    try {
      Files.writeString(folder.resolve(INDEX), page);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e, e);
    }
  }

  private static String page() {
    try (InputStream in = Objects.requireNonNull(HtmlReport.class.getResourceAsStream(PAGE))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + PAGE + ": " + e, e);
    }
  }

  private static String row(String tag, List<String> cells) {
    return cells.stream()
        .map(cell -> "<" + tag + ">" + escaped(cell) + "</" + tag + ">")
        .collect(joining());
  }

  /** Returns a contact sheet for each kind of scene. */
  private static String sheets(Result result, List<String> generated, List<String> real) {
    Map<String, List<String>> figures = new TreeMap<>();
    for (int i = 0; i < generated.size(); i++) {
      figures
          .computeIfAbsent(kind(result.prompts().scenes().get(i)), k -> new ArrayList<>())
          .add(figure(result, i, generated.get(i), real.get(i)));
    }
    return figures.entrySet().stream()
        .map(
            sheet ->
                "<h2>%s</h2>%n<div class=\"sheet\">%n%s%n</div>"
                    .formatted(escaped(sheet.getKey()), String.join("\n", sheet.getValue())))
        .collect(joining("\n"));
  }

  private static String kind(Scene scene) {
    String subject =
        scene.subject() instanceof Subject.Single
            ? "One thing"
            : scene.subject() instanceof Subject.Several ? "Several" : "Two in a relation";
    Set<SceneSplit> heldOut = Splits.heldOut(scene);
    return subject
        + (heldOut.isEmpty()
            ? ", trained on"
            : ", never trained on: "
                + heldOut.stream()
                    .map(s -> s.name().toLowerCase(Locale.ROOT).replace("held_out_", ""))
                    .collect(joining(", ")));
  }

  private static String figure(Result result, int i, String generated, String real) {
    Scene scene = result.prompts().scenes().get(i);
    var verdicts = new StringBuilder();
    for (int q = 0; q < result.questions().size(); q++) {
      Question question = result.questions().get(q);
      if (question.concerns(scene)) {
        boolean yes = result.answers()[q][i];
        verdicts.append(
            "<span class=\"%s\">%s %s</span> "
                .formatted(yes ? "yes" : "no", yes ? "✓" : "✗", escaped(question.name())));
      }
    }
    String text = escaped(result.prompts().texts().get(i));
    return "<figure><img src=\"%s\" alt=\"%s\"> <img src=\"%s\" alt=\"real\"><figcaption>%s<br>%s</figcaption></figure>"
        .formatted(escaped(generated), text, escaped(real), text, verdicts);
  }

  /** Escapes text for HTML, also within attribute values in double quotes. */
  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
