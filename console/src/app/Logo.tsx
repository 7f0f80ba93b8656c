/** Water that falls over a weir. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#0b6b74" />
      <path d="M5 6.500h10.500c3.600 0 4 2.700 4.300 5 .3 2.300.7 4.500 3.200 4.500h4" fill="none" stroke="#8fdbe0" strokeWidth="2.600" strokeLinecap="round" />
      <path d="M5 11h8.500c2.200 0 2.500 1.600 2.800 3.600.4 2.600.9 6.400 4.200 6.400H27" fill="none" stroke="#fff" strokeWidth="2.600" strokeLinecap="round" />
      <path d="M5 15.500h4.500V26H27" fill="none" stroke="#fff" strokeOpacity=".55" strokeWidth="2.600" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
