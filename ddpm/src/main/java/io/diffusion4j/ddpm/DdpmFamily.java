package io.diffusion4j.ddpm;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
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
import java.util.Set;

/** Folders as {@link DdpmFolder} describes them. */
public final class DdpmFamily implements ModelFamily {
  private static final String NAME = "ddpm";

  @Override
  public String name() {
    return "DDPM";
  }

  @Override
  public String layout() {
    return PixelFolders.CONFIG + " of a " + UnetSettings.CLASS + " or DiTTransformer2DModel";
  }

  @Override
  public boolean needsWords() {
    return false;
  }

  @Override
  public boolean isAt(Path folder) {
    return DdpmFolder.isAt(folder);
  }

  @Override
  public FolderReport inspect(Path folder) {
    var own = new DdpmFolder(folder);
    return FolderReport.of(
        folder,
        List.of(
            FolderReport.Expected.network(
                own.network().equals(folder) ? "." : own.networkName(),
                path -> PixelFolders.read(path).manifest(),
                CurrentNames::current)),
        List.of(),
        own::scheduler);
  }

  @Override
  public Opened open(Path folder, Opening how) {
    how.prior()
        .filter(prior -> !prior.equals("diffusion")) // what a recipe has of a model without priors
        .ifPresent(
            prior -> {
              throw Check.refusal("prior", prior, "none; DDPM has no prior");
            });
    Check.that(
        how.loras().isEmpty(),
        "lora",
        how.loras(),
        "none; the keys of DDPM have no published form");
    var own = new DdpmFolder(folder);
    var scheduler = own.scheduler();
    var model = PixelModel.load(own.network(), how.compute(() -> Precision.FLOAT32));
    return new Opened(
        new Wiring(own, scheduler, model, how.name().orElse(NAME)), Set.of(), model::close);
  }

  /** Provides the pipeline. Samplers, spacings and treatments can be added. */
  private static final class Wiring extends AbstractModule implements Module {
    private final DdpmFolder folder;
    private final PixelScheduler scheduler;
    private final PixelModel model;
    private final String name;

    Wiring(DdpmFolder folder, PixelScheduler scheduler, PixelModel model, String name) {
      this.folder = folder;
      this.scheduler = scheduler;
      this.model = model;
      this.name = name;
    }

    @Override
    protected void configure() {
      binder().requireExplicitBindings();
      install(Replacements.noneYet());
    }

    @Provides
    @Singleton
    ImagePipeline pipeline(
        Map<String, Sampler> samplers,
        Map<String, TimestepSpacing> spacings,
        Map<String, X0Treatment> treatments,
        Replacements replaced) {
      var network = model.definition();
      return new DdpmPipeline(
          new ModelIdentity(
                  name,
                  "DDPM, images of " + network.width() + "×" + network.height() + " pixels",
                  FrontMatter.license(folder.path()),
                  FolderDigest.of(folder.path(), component -> true),
                  replaced.parts())
              .publishedAs(PublishedFolder.name(folder.path())),
          network,
          model.denoiser(scheduler.parameterization()),
          scheduler,
          folder.isDdim(),
          choices -> choices.adding(replaced.guardNamed(samplers), spacings, treatments));
    }
  }
}
