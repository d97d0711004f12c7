package io.diffusion4j.golden;

import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.junit.platform.commons.support.AnnotationSupport;

/** Gives a {@link GoldenTest} its cases, and skips it if there are none. */
final class GoldenCases implements ArgumentsProvider, ExecutionCondition {
  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getElement(), GoldenTest.class).stream()
        .flatMap(test -> GoldenRoots.current().cases(test.value()).stream())
        .map(Arguments::of);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (context.getTestInstance().isPresent()) {
      return ConditionEvaluationResult.enabled("has its case");
    }
    return AnnotationSupport.findAnnotation(context.getElement(), GoldenTest.class)
        .map(test -> evaluate(GoldenRoots.current(), test.value()))
        .orElse(ConditionEvaluationResult.enabled("no golden test"));
  }

  static ConditionEvaluationResult evaluate(GoldenRoots roots, GoldenKind kind) {
    return roots.cases(kind).isEmpty()
        ? ConditionEvaluationResult.disabled(
            kind + ": no " + kind.glob() + " in " + roots.folders())
        : ConditionEvaluationResult.enabled(kind + ": there are cases");
  }
}
