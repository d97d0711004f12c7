# Thin names over ./mvnw, which stays the truth.

MVN = ./mvnw -B -ntp

.DEFAULT_GOAL := help
.PHONY: help build quick test fmt it site spelling run

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

build: ## compile and package everything, without tests
	$(MVN) package -DskipTests

quick: ## what a change of MODULE needs, such as MODULE=clip: all compiles, and its tests pass but the slow ones
	$(MVN) -q -T 2C -Dquick=all -pl '!integration-tests' package
	$(MVN) test -pl $(MODULE) -am -Dexcluded.tests='fuzz|slow' -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dtest="$$(find $(MODULE)/src/test -name '*Test.java' -o -name '*Test.kt' | sed 's|.*/||; s|\.[a-z]*$$||' | paste -sd, -)"

test: ## build everything, check the format and run every test
	$(MVN) verify

fmt: ## format the Java sources
	$(MVN) spotless:apply

it: ## run the end-to-end tests only
	$(MVN) verify -pl integration-tests -am -Dtest='io/diffusion4j/it/**/*Test' -Dsurefire.failIfNoSpecifiedTests=false

site: ## build docs and the Javadoc of all modules as a site in build/site/dist; needs Node 20
	$(MVN) -q org.apache.maven.plugins:maven-javadoc-plugin:aggregate -DskippedModules=benchmarks,golden,integration-tests
	cd build/site && npm ci --ignore-scripts && npm run build

spelling: ## check the spelling of docs and Javadoc; new words belong into build/site/words.txt
	cd build/site && npm ci --ignore-scripts && npm run -s spelling

run: ## run the command line: make run ARGS="generate 'a red apple' --output apple.png"
	./diffusion4j $(ARGS)
