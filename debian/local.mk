# `make deb`: a Debian package from what `make dist` would ship, in out/deb.  It needs debhelper
# and the build dependencies; tests are `make check`'s and are not run again.
EXTRA_DIST += debian/changelog debian/control debian/copyright debian/docs debian/rules \
	debian/rung.lintian-overrides \
	debian/source/format
deb: dist
	@command -v dh >/dev/null || { \
		echo "make deb: debhelper is missing (Debian package debhelper)" >&2; exit 2; }
	@head -n 1 $(srcdir)/debian/changelog | grep -qF '($(VERSION))' || { \
		echo "make deb: debian/changelog is not about version $(VERSION)" >&2; exit 2; }
	rm -rf out/deb && $(MKDIR_P) out/deb
	xz -dc $(distdir).tar.xz | tar -xf - -C out/deb
	cd out/deb/$(distdir) && DEB_BUILD_OPTIONS='nocheck parallel=2' \
		dpkg-buildpackage --no-sign --build=binary
	rm -rf out/deb/$(distdir)
	@ls out/deb/*.deb
.PHONY: deb
long_tests += tests/long/deb.sh
