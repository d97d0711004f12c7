package io.diffusion4j.glide;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.diffusion4j.clip.noised.NoisedClip;
import io.diffusion4j.clip.noised.NoisedClipFolders;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.FrontMatter;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.pipeline.PublishedFolder;
import io.diffusion4j.pipeline.Replacements;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Model folders in the layout of {@link GlideNetworks}. */
public final class GlideFamily implements ModelFamily {
  /** The optional component that guides. */
  public static final String NOISED_CLIP = "noised_clip";

  private static final String NAME = "glide";

  @Override
  public String name() {
    return "GLIDE";
  }

  @Override
  public String layout() {
    return "GLIDE's base, upsample and tokenizer";
  }

  @Override
  public boolean isAt(Path folder) {
    return GlideNetworks.isAt(folder);
  }

  @Override
  public FolderReport inspect(Path folder) {
    return GlideReport.of(folder);
  }

  @Override
  public List<StoredNetwork> networks(Path folder) {
    return Stream.of(GlideNetworks.BASE, GlideNetworks.UPSAMPLE)
        .flatMap(name -> GlideFolders.stored(name, folder.resolve(name)).stream())
        .toList();
  }

  @Override
  public Opened open(Path folder, Opening how) {
    how.prior()
        .filter(prior -> !prior.equals("diffusion"))
        .ifPresent(
            prior -> {
              throw Check.refusal("prior", prior, "none; GLIDE has no prior");
            });
    var compute = how.compute(() -> Precision.FLOAT32);
    var place = place(folder, how);
    var clip = place.map(path -> NoisedClip.load(path, compute));
    try {
      var networks = GlideNetworks.load(folder, compute);
      int size = networks.parts().baseSize();
      clip.ifPresent(judge -> judge.requireFits(size, size));
      return new Opened(
          new Wiring(networks, folder, clip, place, how),
          Set.of(GuidanceRule.class),
          () -> {
            networks.close();
            clip.ifPresent(NoisedClip::close);
          });
    } catch (RuntimeException | Error e) {
      clip.ifPresent(NoisedClip::close);
      throw e;
    }
  }

  private static Optional<Path> place(Path folder, Opening how) {
    return how.guide(Guides.CLIP, folder.resolve(NOISED_CLIP), NoisedClipFolders::isAt);
  }

  @Override
  public Set<String> guides() {
    return Set.of(Guides.CLIP);
  }

  @Override
  public String digest(Path folder, Opening how) {
    return digest(folder, place(folder, how));
  }

  private static String digest(Path folder, Optional<Path> clip) {
    String model = FolderDigest.of(folder, component -> !component.equals(NOISED_CLIP));
    return FolderDigest.withGuides(model, clip.stream().toList());
  }

  /** Provides the pipeline. Guidance can be replaced, samplers and spacings can be added. */
  private static final class Wiring extends AbstractModule {
    private final GlideNetworks networks;
    private final Path folder;
    private final Optional<NoisedClip> clip;
    private final Optional<Path> place;
    private final Opening how;

    Wiring(
        GlideNetworks networks,
        Path folder,
        Optional<NoisedClip> clip,
        Optional<Path> place,
        Opening how) {
      this.networks = networks;
      this.folder = folder;
      this.clip = clip;
      this.place = place;
      this.how = how;
    }

    @Override
    protected void configure() {
      binder().requireExplicitBindings();
      bind(GuidanceRule.class).toInstance(GuidanceRule.AS_ASKED);
      install(Replacements.noneYet());
    }

    @Provides
    @Singleton
    ImagePipeline pipeline(
        GuidanceRule guidance,
        Map<String, Sampler> samplers,
        Map<String, TimestepSpacing> spacings,
        Map<String, X0Treatment> treatments,
        Replacements replaced) {
      GlideParts parts = networks.parts();
      int size = parts.upsamplerSize();
      return new GlidePipeline(
          new ModelIdentity(
                  how.name().orElse(NAME),
                  "GLIDE, images of " + size + "×" + size + " pixels",
                  FrontMatter.license(folder),
                  digest(folder, place),
                  replaced.parts())
              .publishedAs(PublishedFolder.name(folder))
              .computedIn(how.recordedPrecision()),
          parts,
          networks.complete(),
          replaced.guard(GuidanceRule.class, guidance, "the scale of a stage with guidance"),
          choices -> choices.adding(replaced.guardNamed(samplers), spacings, treatments),
          clip.map(judge -> new DiffusionDecoder.Judge(judge::encode, judge)));
    }
  }
}
