package io.diffusion4j.kandinsky;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.FrontMatter;
import io.diffusion4j.pipeline.LoraFiles;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.pipeline.PublishedFolder;
import io.diffusion4j.pipeline.Replacements;
import io.diffusion4j.pipeline.Residency;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The family of the folders that {@link KandinskyFolder} describes. */
public final class KandinskyFamily implements ModelFamily {
  private static final String NAME = "kandinsky";

  @Override
  public String name() {
    return "Kandinsky";
  }

  @Override
  public String layout() {
    return ModelFolder.INDEX;
  }

  @Override
  public boolean isAt(Path folder) {
    return KandinskyFolder.isAt(folder);
  }

  @Override
  public FolderReport inspect(Path folder) {
    return KandinskyReport.of(folder);
  }

  @Override
  public void checkLoras(Path folder, List<LoraChoice> loras) {
    var place = PriorPlace.of(folder, Opening.with(Residency.ONE_AT_A_TIME));
    KandinskyModel.loras(folder, place, loras);
  }

  @Override
  public String digest(Path folder, Opening how) {
    return digest(folder, PriorPlace.of(folder, how));
  }

  private static String digest(Path folder, PriorPlace place) {
    List<String> digests = new ArrayList<>();
    digests.add(FolderDigest.of(folder, component -> true));
    digests.add(FolderDigest.of(place.pipeline(), component -> true));
    if (!place.network().startsWith(place.pipeline())) {
      digests.add(FolderDigest.of(place.network(), component -> true));
    }
    return FolderDigest.together(digests);
  }

  @Override
  public List<StoredNetwork> networks(Path folder) {
    return KandinskyNetworks.of(folder);
  }

  @Override
  public Opened open(Path folder, Opening how) {
    Check.that(
        !KandinskyFolder.isPrior(folder),
        "model",
        folder,
        "the folder of a decoder; this one is a prior, for --prior");
    var place = PriorPlace.of(folder, how);
    KandinskyReport.requireSound(folder, place);
    var model =
        KandinskyModel.load(
            folder,
            place,
            how.compute(() -> SuitedPrecision.of(folder, place)),
            how.residency(),
            how.loras());
    return new Opened(
        new Wiring(model, folder, how),
        Set.of(TextEncoder.class, ImageEncoder.class, Prior.class, GuidanceRule.class),
        model::close);
  }

  /** Provides the pipeline. Plugins can replace its parts and add samplers and spacings. */
  private static final class Wiring extends AbstractModule {
    private final KandinskyModel model;
    private final Path folder;
    private final Opening how;

    Wiring(KandinskyModel model, Path folder, Opening how) {
      this.model = model;
      this.folder = folder;
      this.how = how;
    }

    @Override
    protected void configure() {
      binder().requireExplicitBindings();
      bind(TextEncoder.class).toInstance(model.textEncoder());
      bind(ImageEncoder.class).toInstance(model.imageEncoder());
      bind(Prior.class).toInstance(model.prior());
      bind(GuidanceRule.class).toInstance(GuidanceRule.AS_ASKED);
      install(Replacements.noneYet());
    }

    @Provides
    @Singleton
    ImagePipeline pipeline(
        TextEncoder text,
        ImageEncoder image,
        Prior prior,
        GuidanceRule guidance,
        Map<String, Sampler> samplers,
        Map<String, TimestepSpacing> spacings,
        Map<String, X0Treatment> treatments,
        Replacements replaced) {
      var embeddings =
          new Embeddings(
              replaced.guard(TextEncoder.class, text, "an encoding of each text"),
              replaced.guard(ImageEncoder.class, image, "an embedding of each image"),
              replaced.guard(Prior.class, prior, "an image embedding for each draw"),
              model::nothing);
      return new KandinskyPipeline(
          identity(replaced),
          model,
          embeddings,
          replaced.guard(GuidanceRule.class, guidance, "the scale of a stage with guidance"),
          choices -> choices.adding(replaced.guardNamed(samplers), spacings, treatments),
          Optional.of(embedder(embeddings)));
    }

    private ModelIdentity identity(Replacements replaced) {
      return new ModelIdentity(
          how.name().orElse(NAME),
          "Kandinsky, images of " + model.decoderStage().draws() + " pixels",
          FrontMatter.license(folder),
          digest(folder, model.place()),
          replaced.parts(),
          LoraFiles.applied(how.loras()),
          PublishedFolder.name(folder),
          how.recordedPrecision());
    }

    private Embedder embedder(Embeddings embeddings) {
      return new Embedder(
          model.unet().embeddingDim(),
          embeddings.text(),
          Optional.of(embeddings.image()),
          Optional.of(embeddings.prior()));
    }
  }
}
