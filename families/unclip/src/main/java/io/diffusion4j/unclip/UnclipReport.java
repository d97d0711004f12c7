package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.PriorModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Examines a folder in diffusers' layout without reading its weights; it works on folders that
 * cannot be loaded.
 */
final class UnclipReport {
  private static final List<String> UPSAMPLERS =
      List.of(UnclipFolder.SUPER_RES_FIRST, UnclipFolder.SUPER_RES_LAST);

  /** The components with weights, and the weights that their settings require. */
  private static final Map<String, Function<Path, Manifest>> MANIFESTS = manifests();

  private UnclipReport() {}

  private static Map<String, Function<Path, Manifest>> manifests() {
    Map<String, Function<Path, Manifest>> manifests = new LinkedHashMap<>();
    manifests.put(
        UnclipFolder.TEXT_ENCODER, folder -> ClipFolders.manifest(ClipFolders.readText(folder)));
    manifests.put(
        UnclipFolder.IMAGE_ENCODER, folder -> ClipFolders.manifest(ClipFolders.readVision(folder)));
    manifests.put(UnclipFolder.PRIOR, folder -> PriorModel.manifest(PriorModel.readConfig(folder)));
    manifests.put(
        UnclipFolder.PRIOR_AR,
        folder -> AutoregressiveModel.manifest(AutoregressiveModel.readConfig(folder)));
    manifests.put(
        UnclipFolder.TEXT_PROJ,
        folder -> DecoderModel.manifest(DecoderFolders.readProjection(folder)));
    manifests.put(
        UnclipFolder.DECODER, folder -> DecoderModel.manifest(DecoderFolders.readBackbone(folder)));
    for (String name : UPSAMPLERS) {
      manifests.put(name, folder -> UpsamplerModel.manifest(DecoderFolders.readUpsampler(folder)));
    }
    return manifests;
  }

  static FolderReport of(Path folder) {
    List<CheckpointException> failures = new ArrayList<>();
    Optional<ModelFolder> index =
        FolderReport.attempt(folder, failures, () -> ModelFolder.open(folder));
    Set<String> names = new LinkedHashSet<>(MANIFESTS.keySet());
    names.add(UnclipFolder.FEATURE_EXTRACTOR);
    names.removeIf(name -> !Files.isDirectory(folder.resolve(name)));
    names.addAll(UnclipFolder.required(index.map(ModelFolder::className).orElse("")));
    List<FolderReport.Expected> expected = new ArrayList<>();
    for (String name : names) {
      String className =
          index
              .flatMap(files -> Optional.ofNullable(files.components().get(name)))
              .map(ModelFolder.Component::className)
              .orElse("");
      expected.add(
          new FolderReport.Expected(
              name,
              className,
              Optional.ofNullable(MANIFESTS.get(name)),
              path -> readSettings(path, name),
              UPSAMPLERS.contains(name) ? CurrentNames::current : UnaryOperator.identity()));
    }
    return FolderReport.of(folder, expected, failures, () -> Fit.of(index.orElseThrow()));
  }

  /** Reads the components without weights: schedulers, the tokenizer, the preprocessing. */
  private static Object readSettings(Path path, String name) {
    try {
      return switch (name) {
        case UnclipFolder.TOKENIZER -> ClipTokenizer.load(path);
        case UnclipFolder.FEATURE_EXTRACTOR ->
            ClipPreprocessor.load(path.resolve(UnclipFolder.PREPROCESSOR));
        default -> SchedulerConfig.readUnclip(path.resolve(SchedulerConfig.FILE_NAME));
      };
    } catch (IOException e) {
      throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
    }
  }
}
