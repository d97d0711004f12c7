package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.pipeline.ImageTask;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Maps fields of requests to options, for messages. */
public final class OptionNames {
  private static final Pattern STAGE = Pattern.compile("stages\\[\"(.*?)\"](?:\\.(.*))?");

  /** The path after the name of a task. */
  private static final Pattern TASK =
      Pattern.compile(
          Arrays.stream(ImageTask.Kind.values())
              .map(ImageTask.Kind::label)
              .collect(Collectors.joining("|", "(?:", ")\\.(.*)")));

  /** The names that no rule gives. */
  private static final Map<String, String> OWN =
      Map.of(
          "image_count", "count",
          "prompt.negative_text", "negative",
          "negative_text", "negative",
          "from_text", "from",
          "to_text", "to",
          "resampling.jump_length", "repaint-jump",
          "resampling.times", "repaint-times");

  private OptionNames() {}

  /**
   * Returns the name of the option or argument that sets a field.
   *
   * @param field its path in the request, as {@code stages["decoder"].guidance_scale}
   */
  public static String of(String field) {
    Matcher stage = STAGE.matcher(field);
    if (stage.matches()) {
      String setting = stage.group(2);
      return hyphens(
          setting == null
              ? stage.group(1)
              : setting.equals("guidance") || setting.equals("size")
                  ? setting
                  : stage.group(1) + "-" + setting.replaceFirst("_scale$", ""));
    }
    Matcher task = TASK.matcher(field);
    String own = task.matches() ? task.group(1) : field;
    String regular = own.replaceFirst("\\.(data|text)$", "");
    return OWN.getOrDefault(own, hyphens(regular));
  }

  private static String hyphens(String name) {
    return name.replace('_', '-').replace('.', '-');
  }
}
