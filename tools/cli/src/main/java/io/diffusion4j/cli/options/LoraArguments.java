package io.diffusion4j.cli.options;

import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.LoraFiles;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Low-rank updates of a model's weights, as {@code FILE[:SCALE]}, or {@code NAME[:SCALE]} of {@code
 * NAME.safetensors} in the model's folder; at a server, {@code NAME[:SCALE]} of a registered one.
 *
 * @param given as typed
 * @param model the folder of the model
 */
public record LoraArguments(List<String> given, Path model) {
  private static final Pattern SCALED =
      Pattern.compile("(.+):(-?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE]-?\\d+)?)");

  /** The argument for one update, with its scale if given. */
  private record Given(String name, OptionalDouble scale) {
    /** Parses a name with a number after its last colon, unless a file has this whole name. */
    static Given of(String text) {
      Matcher scaled = SCALED.matcher(text);
      return scaled.matches() && !Files.exists(Path.of(text))
          ? new Given(scaled.group(1), OptionalDouble.of(Double.parseDouble(scaled.group(2))))
          : new Given(text, OptionalDouble.empty());
    }

    Path file(Path model) {
      Path file = Path.of(name);
      Path own = model.resolve(name + ".safetensors");
      boolean isOwn = !Files.exists(file) && Files.exists(own);
      Check.that(
          isOwn || Files.exists(file),
          "lora",
          name,
          "a file with low-rank updates, or the name of one in %s",
          model);
      return isOwn ? own : file;
    }

    LoraChoice choice(Path model) {
      Path file = file(model);
      return new LoraChoice(String.valueOf(file.getFileName()), file, scale.orElse(1));
    }
  }

  private List<Given> all() {
    return given.stream().map(Given::of).toList();
  }

  /** Returns the files, with scale 1 by default. */
  public List<LoraChoice> files() {
    return all().stream().map(one -> one.choice(model)).toList();
  }

  /** Refuses updates for a command that examines the model's own weights. */
  public void requireNone(String command) {
    Check.that(
        given.isEmpty(), "lora", given, "none; %s examines the model's own weights", command);
  }

  /** Adds the updates to a request for a server, where they are names. */
  public void ask(GenerateImagesRequest.Builder request) {
    for (Given one : all()) {
      var choice = request.addLorasBuilder().setName(one.name());
      one.scale().ifPresent(choice::setScale);
    }
  }

  /**
   * Returns the files of the updates that drew an image, with the scales of its recipe.
   *
   * @param recorded the updates of the recipe, in order
   * @throws IllegalArgumentException if other files were given
   */
  public List<LoraChoice> of(List<io.diffusion4j.serving.v1.LoraChoice> recorded) {
    Map<String, Given> byDigest = new LinkedHashMap<>();
    all().forEach(one -> byDigest.put(LoraFiles.digest(one.file(model)), one));
    List<LoraChoice> choices = new ArrayList<>();
    for (var one : recorded) {
      Given file = byDigest.remove(one.getDigest());
      Check.that(
          file != null && (file.scale().isEmpty() || file.scale().getAsDouble() == one.getScale()),
          "lora",
          file == null ? "none with " + one.getDigest() : file.name() + " scaled otherwise",
          "--lora %s:%s, which drew the image",
          one.getName(),
          one.getScale());
      if (file != null) {
        choices.add(new LoraChoice(one.getName(), file.file(model), one.getScale()));
      }
    }
    Check.that(
        byDigest.isEmpty(),
        "lora",
        byDigest.values().stream().map(Given::name).collect(Collectors.joining(", ")),
        "none besides those that drew the image");
    return choices;
  }
}
