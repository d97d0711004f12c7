package io.diffusion4j.springboot;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.util.Modules;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.PackagedModel;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.observability.ServiceMeters;
import io.diffusion4j.serving.observability.ServingListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;

/**
 * A model in the application: {@link LocalGeneration} with its pipeline and client. If the
 * application has a {@link GenerationClient} bean already, nothing is loaded.
 */
@AutoConfiguration(after = Diffusion4jAutoConfiguration.class)
@ConditionalOnClass(LocalGeneration.class)
@ConditionalOnMissingBean(GenerationClient.class)
public class EmbeddedAutoConfiguration {
  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  LocalModels localModels(Diffusion4jProperties properties) {
    return LocalModels.load(
        List.of(ServedModel.of(folder(properties.model()))), Opening.with(Residency.ALWAYS));
  }

  private static Path folder(String model) {
    Path folder = Path.of(model);
    return Files.isDirectory(folder) || folder.getNameCount() > 1
        ? folder
        : PackagedModel.unpack(model);
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  LocalGeneration localGeneration(
      LocalModels models, Diffusion4jProperties properties, ObjectProvider<MeterRegistry> meters) {
    var config =
        ServerConfig.loopback()
            .withRows(properties.rows())
            .withQueueCapacity(properties.queueCapacity())
            .withGrace(properties.grace());
    MeterRegistry registry = meters.getIfUnique();
    return LocalGeneration.of(
        models, config, registry == null ? Modules.EMPTY_MODULE : bound(registry));
  }

  private static Module bound(MeterRegistry registry) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        Multibinder.newSetBinder(binder(), ServingListener.class)
            .addBinding()
            .toInstance(new ServiceMeters(registry));
      }
    };
  }

  /** Closed with the service. */
  @Bean(destroyMethod = "")
  GenerationClient generationClient(LocalGeneration generation) {
    return generation.client();
  }

  /** Closed with the models. */
  @Bean(destroyMethod = "")
  @ConditionalOnMissingBean
  ImagePipeline imagePipeline(LocalModels models) {
    return models.pipelines().get(0);
  }

  /** Lets running requests finish, after the web server has accepted its last request. */
  @Bean
  SmartLifecycle diffusion4jDrain(LocalGeneration generation) {
    return new Drain(generation);
  }
}
