package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.prior.PriorModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The contents and faults of one of Kandinsky's two folders. */
final class KandinskyReport {
  private KandinskyReport() {}

  static FolderReport of(Path folder) {
    return KandinskyFolder.isPrior(folder) ? ofPrior(folder) : ofDecoder(folder);
  }

  /**
   * Returns normally if nothing is wrong with a decoder and its prior.
   *
   * @throws CheckpointException if there are faults; the message lists all of them
   */
  static void requireSound(Path decoder, PriorPlace place) {
    List<CheckpointException> failures = new ArrayList<>(of(decoder).allFailures());
    failures.addAll(of(place.pipeline()).allFailures());
    FolderReport.requireNone(decoder, failures);
  }

  private static FolderReport ofDecoder(Path folder) {
    Path unet = folder.resolve(KandinskyFolder.UNET);
    Path movq = folder.resolve(KandinskyFolder.MOVQ);
    return FolderReport.of(
        folder,
        KandinskyFolder.DECODERS,
        Optional.empty(),
        List.of(),
        () -> {
          int latent = Movq.read(movq).latentChannels();
          int expected = KandinskyUnet.read(unet).latentChannels();
          Check.that(latent == expected, "latent_channels", latent, "%s", expected);
          return latent;
        });
  }

  private static FolderReport ofPrior(Path folder) {
    Path prior = folder.resolve(KandinskyFolder.PRIOR);
    Path text = folder.resolve(KandinskyFolder.TEXT_ENCODER);
    return FolderReport.of(
        folder,
        KandinskyFolder.PRIORS,
        Optional.empty(),
        List.of(),
        () -> {
          int dim = PriorModel.readConfig(prior).embeddingDim();
          int expected = ClipFolders.readText(text).embeddingDim();
          Check.that(dim == expected, "embedding_dim", dim, "%s, as the text encoder", expected);
          return dim;
        });
  }
}
