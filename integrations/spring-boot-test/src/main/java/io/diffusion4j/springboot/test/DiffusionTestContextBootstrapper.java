package io.diffusion4j.springboot.test;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.context.SpringBootTestContextBootstrapper;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Reads the properties of a {@link DiffusionTest}. */
final class DiffusionTestContextBootstrapper extends SpringBootTestContextBootstrapper {
  @Override
  protected String @Nullable [] getProperties(Class<?> testClass) {
    var test = TestContextAnnotationUtils.findMergedAnnotation(testClass, DiffusionTest.class);
    return test == null ? null : test.properties();
  }
}
