package io.diffusion4j.springboot.test;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Leaves out of a {@link DiffusionTest} what the application finds by scanning its packages. The
 * annotation {@code TypeExcludeFilters} does the same, but moved between Spring Boot 3 and 4.
 */
final class ComponentsLeftOut implements ContextCustomizerFactory {
  @Override
  public @Nullable ContextCustomizer createContextCustomizer(
      Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
    return TestContextAnnotationUtils.hasAnnotation(testClass, DiffusionTest.class)
        ? new Customizer()
        : null;
  }

  /** Registers the filter; equal to all others, so that tests share a context. */
  private record Customizer() implements ContextCustomizer {
    @Override
    public void customizeContext(
        ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
      context.getBeanFactory().registerSingleton(Everything.class.getName(), new Everything());
    }
  }

  /** Matches every class that a scan finds. */
  private static final class Everything extends TypeExcludeFilter {
    @Override
    public boolean match(MetadataReader found, MetadataReaderFactory readers) {
      return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Everything;
    }

    @Override
    public int hashCode() {
      return Everything.class.hashCode();
    }
  }
}
