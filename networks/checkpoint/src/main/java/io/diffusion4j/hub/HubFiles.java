package io.diffusion4j.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The choice of the files that a loader needs: all settings and vocabularies, and one edition of
 * each component's weights.
 */
public final class HubFiles {
  private static final Pattern WEIGHTS =
      Pattern.compile(
          "(?<name>[A-Za-z0-9_-]*?(?:model|weights))(?:\\.(?<variant>\\w+))?(?:-\\d{5}-of-\\d{5})?"
              + "\\.(?<kind>safetensors|bin)");
  private static final Pattern INDEX =
      Pattern.compile(
          "(?<name>[A-Za-z0-9_-]*?(?:model|weights))\\.(?<kind>safetensors|bin)\\.index"
              + "(?:\\.(?<variant>\\w+))?\\.json");
  private static final Pattern SHARD = Pattern.compile(".*-\\d{5}-of-\\d{5}\\.\\w+");
  private static final Set<String> SETTINGS = Set.of("json", "txt", "yaml", "yml", "model", "bpe");

  /** Files of a pipeline as a whole: its index, its model card and its word list. */
  private static final Set<String> OF_A_PIPELINE =
      Set.of("model_index.json", "README.md", "words.txt");

  /** Components that are not in diffusers' index, and that pipelines of this project may have. */
  private static final Set<String> BESIDE = Set.of("image_encoder", "prior_ar");

  private HubFiles() {}

  /** One way in which the weights of a component are published. */
  private record Edition(String kind, String variant, boolean sharded) {}

  /**
   * Returns the files to download.
   *
   * @param all all files of the model
   * @param components the folders in {@code model_index.json}; empty for a model of one network,
   *     whose files are at the top
   * @param variant such as {@code fp16}: used for components that have it
   */
  public static List<HubFile> choose(
      List<HubFile> all, Set<String> components, Optional<String> variant) {
    var folders = new TreeMap<String, List<HubFile>>();
    for (HubFile file : all) {
      int slash = file.path().lastIndexOf('/');
      String folder = slash < 0 ? "" : file.path().substring(0, slash);
      if (folder.isEmpty() || components.contains(folder) || isBeside(folder, components)) {
        folders.computeIfAbsent(folder, f -> new ArrayList<>()).add(file);
      }
    }
    var chosen = new TreeSet<HubFile>(Comparator.comparing(HubFile::path));
    folders.forEach(
        (folder, files) -> {
          boolean ofAPipeline = folder.isEmpty() && !components.isEmpty();
          files.stream().filter(file -> isSetting(file, ofAPipeline)).forEach(chosen::add);
          if (!ofAPipeline) {
            chosen.addAll(weights(files, variant));
          }
        });
    return List.copyOf(chosen);
  }

  private static boolean isBeside(String folder, Set<String> components) {
    return !components.isEmpty() && BESIDE.contains(folder);
  }

  private static boolean isSetting(HubFile file, boolean ofAPipeline) {
    String name = name(file);
    if (ofAPipeline) {
      return OF_A_PIPELINE.contains(name);
    }
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return SETTINGS.contains(ending) && !INDEX.matcher(name).matches();
  }

  /**
   * Prefers the requested variant to full precision, that to other variants, safetensors to torch
   * files, and one file to shards.
   */
  private static List<HubFile> weights(List<HubFile> files, Optional<String> variant) {
    var editions =
        files.stream()
            .flatMap(file -> edition(file).map(edition -> Map.entry(edition, file)).stream())
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    return editions.keySet().stream()
        .min(
            Comparator.comparing((Edition edition) -> !edition.variant().equals(variant.orElse("")))
                .thenComparing(edition -> !edition.variant().isEmpty())
                .thenComparing(edition -> edition.kind().equals("bin"))
                .thenComparing(Edition::sharded)
                .thenComparing(Edition::variant))
        .map(editions::get)
        .orElse(List.of());
  }

  private static Optional<Edition> edition(HubFile file) {
    String name = name(file);
    for (Pattern pattern : Arrays.asList(WEIGHTS, INDEX)) {
      Matcher matcher = pattern.matcher(name);
      if (matcher.matches()) {
        return Optional.of(
            new Edition(
                matcher.group("kind"),
                Optional.ofNullable(matcher.group("variant")).orElse(""),
                pattern == INDEX || SHARD.matcher(name).matches()));
      }
    }
    return Optional.empty();
  }

  private static String name(HubFile file) {
    return file.path().substring(file.path().lastIndexOf('/') + 1);
  }
}
